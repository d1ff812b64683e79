// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title Upgrades that were voted for
/// @notice Scheduled by the execution of a PIP, never sooner than the network's notice; active in the
/// first block after one whose timestamp has reached the activation and whose state says that
/// enough stake is ready; lapsed when that does not happen in time. It happens as a whole or not at
/// all: one of whose plugins can't be activated then is void.
/// @dev The node reads the activated plugins from here. See security rules A1 to A4.
interface IUpgradeSchedule {
    /// @notice One version of a precompile.
    /// @param account Where it answers, from the activation on.
    /// @param specHash What it promises: a node whose implementation promises something else stops.
    /// @param module The npm package that holds it, empty for a built-in one.
    /// @param integrity SHA-512 of that package, 64 bytes; empty for a built-in one.
    struct Plugin {
        string name;
        string version;
        address account;
        bytes32 specHash;
        string module;
        bytes integrity;
    }

    /// @notice A parameter of ChainParams from the activation on.
    struct Setting {
        bytes32 key;
        uint256 value;
    }

    enum State {
        None,
        Pending,
        Activated,
        Lapsed,
        Cancelled,
        Void
    }

    /// @param pip The number of the PIP that scheduled it.
    /// @param activation The least timestamp, in seconds, of the block before the first one with it.
    /// @param lapse From this timestamp on it is given up.
    /// @param activatedAt The number of the first block with it; 0 before.
    struct Upgrade {
        uint64 pip;
        uint64 activation;
        uint64 lapse;
        uint64 activatedAt;
        State state;
        Plugin[] plugins;
        Setting[] settings;
    }

    event UpgradeScheduled(uint256 indexed id, uint256 indexed pip, uint64 activation, uint64 lapse);
    event UpgradeActivated(uint256 indexed id, uint256 blockNumber);
    event UpgradeLapsed(uint256 indexed id);
    event UpgradeCancelled(uint256 indexed id);
    event UpgradeVoided(uint256 indexed id);

    error OnlyTimelock(address caller);
    error OnlySystem(address caller);
    error UnknownUpgrade(uint256 id);
    error NotPending(uint256 id, State state);
    error EmptyUpgrade();
    error TooManyUpgrades(uint256 most);
    error TooManyEntries(uint256 most);
    error InvalidPlugin(uint256 index, string why);
    error SettingOutOfBounds(bytes32 key, uint256 value, uint256 least, uint256 most);

    /// @notice Schedules for `notBefore` or the end of the notice, whichever is later.
    function schedule(uint64 notBefore, Plugin[] calldata plugins, Setting[] calldata settings)
        external
        returns (uint256 id);

    function cancel(uint256 id) external;

    /// @notice By the system address at the start of a block.
    /// @param impossible Ids of `due` upgrades that the rules of the network don't let be: these are void.
    function advance(uint256 parentTimestamp, uint256[] calldata impossible) external;

    /// @notice Ids of those that `advance` activates unless they are impossible, in this order.
    function due(uint256 parentTimestamp) external view returns (uint256[] memory ids);

    /// @notice How many upgrades there ever were; ids count from 1.
    function count() external view returns (uint256);

    function upgrade(uint256 id) external view returns (Upgrade memory);

    function stateOf(uint256 id) external view returns (State);

    /// @notice Ids of those that wait.
    function pending() external view returns (uint256[] memory);

    /// @notice Whether enough stake is ready now.
    function isReady(uint256 id) external view returns (bool);

    /// @notice How many plugins were ever activated.
    function activatedPlugins() external view returns (uint256);

    /// @param index In the order of activation.
    /// @param from The number of the first block with it.
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
        );
}
