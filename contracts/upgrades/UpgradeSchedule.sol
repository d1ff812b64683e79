// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IChainParams} from "../governance/IChainParams.sol";
import {Parameters} from "../governance/Parameters.sol";
import {SystemContracts} from "../system/SystemContracts.sol";
import {IUpgradeRegistry} from "./IUpgradeRegistry.sol";
import {IUpgradeSchedule} from "./IUpgradeSchedule.sol";
import {IValidatorSet} from "./IValidatorSet.sol";

/// @title UpgradeSchedule
/// @notice See IUpgradeSchedule.
/// @dev The node reads this storage before every block, and while it watches: keep all of it, and
/// the layouts of Upgrade and Plugin, where they are (chain/pars/upgrade-storage.ts). What the system
/// does here emits events that stand in no receipt.
contract UpgradeSchedule is IUpgradeSchedule {
    uint256 private constant MOST_PENDING = 16;
    uint256 private constant MOST_ENTRIES = 16;
    uint256 private constant MOST_NAME = 64;
    uint256 private constant MOST_MODULE = 214;
    /// @dev Below it are Ethereum's own precompiles.
    uint160 private constant LEAST_ADDRESS = 0x200;

    /// @dev Slot 0: the earliest activation of those that wait; 0 while none does.
    uint256 private _nextLook;
    /// @dev Slot 1: changes with every plugin that becomes active; 0 before the first.
    bytes32 private _activatedDigest;
    uint256 private _count;
    uint256[] private _pending;
    mapping(uint256 id => Upgrade) private _upgrades;
    /// @dev Of every activated plugin: the upgrade's id, and its index there.
    uint256[2][] private _activated;

    /// @inheritdoc IUpgradeSchedule
    function schedule(uint64 notBefore, Plugin[] calldata plugins, Setting[] calldata settings)
        external
        returns (uint256 id)
    {
        if (msg.sender != SystemContracts.TIMELOCK) revert OnlyTimelock(msg.sender);
        if (plugins.length + settings.length == 0) revert EmptyUpgrade();
        if (plugins.length + settings.length > MOST_ENTRIES) revert TooManyEntries(MOST_ENTRIES);
        if (_pending.length == MOST_PENDING) revert TooManyUpgrades(MOST_PENDING);
        id = ++_count;
        Upgrade storage entry = _upgrades[id];
        for (uint256 index = 0; index < plugins.length; index++) {
            _checkPlugin(index, plugins[index]);
            entry.plugins.push(plugins[index]);
        }
        for (uint256 index = 0; index < settings.length; index++) {
            _checkSetting(settings[index]);
            entry.settings.push(settings[index]);
        }
        uint64 earliest = uint64(block.timestamp + _parameter(Parameters.UPGRADE_NOTICE));
        uint64 activation = notBefore > earliest ? notBefore : earliest;
        uint64 lapse = activation + uint64(_parameter(Parameters.UPGRADE_LAPSE));
        uint256 pip = IUpgradeRegistry(SystemContracts.PIP_REGISTRY).running();
        (entry.pip, entry.activation) = (uint64(pip), activation);
        (entry.lapse, entry.state) = (lapse, State.Pending);
        _pending.push(id);
        _lookAgain();
        emit UpgradeScheduled(id, pip, activation, lapse);
        IUpgradeRegistry(SystemContracts.PIP_REGISTRY).upgradeScheduled(pip, id);
    }

    /// @inheritdoc IUpgradeSchedule
    function cancel(uint256 id) external {
        if (msg.sender != SystemContracts.TIMELOCK) revert OnlyTimelock(msg.sender);
        State state = stateOf(id);
        if (state != State.Pending) revert NotPending(id, state);
        _upgrades[id].state = State.Cancelled;
        for (uint256 index = 0; index < _pending.length; index++) {
            if (_pending[index] == id) _remove(index);
        }
        _lookAgain();
        emit UpgradeCancelled(id);
    }

    /// @inheritdoc IUpgradeSchedule
    function advance(uint256 parentTimestamp, uint256[] calldata impossible) external {
        if (msg.sender != SystemContracts.SYSTEM) revert OnlySystem(msg.sender);
        // Settings of one upgrade must not decide on the next one: `due` did not know them.
        uint256 needed = _neededStake();
        uint256 index = 0;
        while (index < _pending.length) {
            uint256 id = _pending[index];
            State next = _next(id, parentTimestamp, needed);
            if (next == State.Pending) {
                index++;
                continue;
            }
            _remove(index);
            if (next == State.Lapsed) {
                _upgrades[id].state = State.Lapsed;
                emit UpgradeLapsed(id);
            } else if (_isAmong(id, impossible)) {
                _upgrades[id].state = State.Void;
                emit UpgradeVoided(id);
            } else {
                _activate(id, _upgrades[id]);
            }
        }
        _lookAgain();
    }

    /// @inheritdoc IUpgradeSchedule
    function due(uint256 parentTimestamp) external view returns (uint256[] memory ids) {
        uint256 needed = _neededStake();
        ids = new uint256[](_pending.length);
        uint256 found = 0;
        for (uint256 index = 0; index < _pending.length; index++) {
            uint256 id = _pending[index];
            if (_next(id, parentTimestamp, needed) == State.Activated) ids[found++] = id;
        }
        assembly ("memory-safe") {
            mstore(ids, found)
        }
    }

    /// @inheritdoc IUpgradeSchedule
    function count() external view returns (uint256) {
        return _count;
    }

    /// @inheritdoc IUpgradeSchedule
    function upgrade(uint256 id) external view returns (Upgrade memory) {
        stateOf(id);
        return _upgrades[id];
    }

    /// @inheritdoc IUpgradeSchedule
    function pending() external view returns (uint256[] memory) {
        return _pending;
    }

    /// @inheritdoc IUpgradeSchedule
    function activatedPlugins() external view returns (uint256) {
        return _activated.length;
    }

    /// @inheritdoc IUpgradeSchedule
    function activatedPlugin(uint256 index)
        external
        view
        returns (
            string memory name,
            string memory version,
            address account,
            bytes32 specHash,
            string memory module,
            bytes memory integrity,
            uint64 from
        )
    {
        Upgrade storage entry = _upgrades[_activated[index][0]];
        Plugin storage plugin = entry.plugins[_activated[index][1]];
        (name, version, account) = (plugin.name, plugin.version, plugin.account);
        (specHash, module, integrity) = (plugin.specHash, plugin.module, plugin.integrity);
        from = entry.activatedAt;
    }

    /// @inheritdoc IUpgradeSchedule
    function stateOf(uint256 id) public view returns (State state) {
        state = _upgrades[id].state;
        if (state == State.None) revert UnknownUpgrade(id);
    }

    /// @inheritdoc IUpgradeSchedule
    /// @dev Where no committee stands in the genesis, one node seals: its owner upgrades it.
    function isReady(uint256 id) public view returns (bool) {
        return _isReady(id, _neededStake());
    }

    /// @dev Of one that waits.
    function _next(uint256 id, uint256 parentTimestamp, uint256 needed)
        private
        view
        returns (State)
    {
        Upgrade storage entry = _upgrades[id];
        if (parentTimestamp < entry.activation) return State.Pending;
        if (parentTimestamp >= entry.lapse) return State.Lapsed;
        return _isReady(id, needed) ? State.Activated : State.Pending;
    }

    /// @dev In units of stake times 10,000.
    function _neededStake() private view returns (uint256) {
        return IValidatorSet(SystemContracts.VALIDATOR_SET).totalStake()
            * _parameter(Parameters.UPGRADE_READINESS);
    }

    function _isReady(uint256 id, uint256 needed) private view returns (bool) {
        return IValidatorSet(SystemContracts.VALIDATOR_SET).readyStake(id) * 10_000 >= needed;
    }

    function _isAmong(uint256 id, uint256[] calldata ids) private pure returns (bool) {
        for (uint256 index = 0; index < ids.length; index++) {
            if (ids[index] == id) return true;
        }
        return false;
    }

    function _activate(uint256 id, Upgrade storage entry) private {
        (entry.state, entry.activatedAt) = (State.Activated, uint64(block.number));
        for (uint256 index = 0; index < entry.plugins.length; index++) {
            _activated.push([id, index]);
            _activatedDigest =
                keccak256(abi.encode(_activatedDigest, entry.plugins[index], block.number));
        }
        for (uint256 index = 0; index < entry.settings.length; index++) {
            Setting storage setting = entry.settings[index];
            IChainParams(SystemContracts.CHAIN_PARAMS).set(setting.key, setting.value);
        }
        emit UpgradeActivated(id, block.number);
    }

    /// @dev The order of those that wait is that of their scheduling.
    function _remove(uint256 index) private {
        for (uint256 next = index + 1; next < _pending.length; next++) {
            _pending[next - 1] = _pending[next];
        }
        _pending.pop();
    }

    /// @dev An upgrade that waits for readiness is looked at before every block.
    function _lookAgain() private {
        uint256 earliest = 0;
        for (uint256 index = 0; index < _pending.length; index++) {
            uint256 activation = _upgrades[_pending[index]].activation;
            if (earliest == 0 || activation < earliest) earliest = activation;
        }
        _nextLook = earliest;
    }

    function _checkPlugin(uint256 index, Plugin calldata plugin) private view {
        uint256 nameLength = bytes(plugin.name).length;
        if (nameLength == 0 || nameLength > MOST_NAME) revert InvalidPlugin(index, "name");
        uint256 versionLength = bytes(plugin.version).length;
        if (versionLength == 0 || versionLength > MOST_NAME) revert InvalidPlugin(index, "version");
        if (plugin.specHash == 0) revert InvalidPlugin(index, "specHash");
        bool bare = bytes(plugin.module).length == 0;
        if (bytes(plugin.module).length > MOST_MODULE) revert InvalidPlugin(index, "module");
        if (plugin.integrity.length != (bare ? 0 : 64)) revert InvalidPlugin(index, "integrity");
        // A contract that stands there keeps its place; what answers for a plugin is the byte 0xfe.
        bytes memory code = plugin.account.code;
        bool free = code.length == 0 || (code.length == 1 && code[0] == 0xfe);
        bool fixedAddress =
            plugin.account == SystemContracts.SYSTEM || plugin.account == SystemContracts.FEE_COLLECTOR;
        if (uint160(plugin.account) < LEAST_ADDRESS || fixedAddress || !free) {
            revert InvalidPlugin(index, "address");
        }
    }

    function _checkSetting(Setting calldata setting) private view {
        (uint256 least, uint256 most) =
            IChainParams(SystemContracts.CHAIN_PARAMS).bounds(setting.key);
        if (setting.value < least || setting.value > most) {
            revert SettingOutOfBounds(setting.key, setting.value, least, most);
        }
    }

    function _parameter(bytes32 key) private view returns (uint256) {
        return IChainParams(SystemContracts.CHAIN_PARAMS).get(key);
    }
}
