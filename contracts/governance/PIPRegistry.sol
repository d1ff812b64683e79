// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {IVotes} from "@openzeppelin/contracts/governance/utils/IVotes.sol";
import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";

import {SystemContracts} from "../system/SystemContracts.sol";
import {IUpgradeRegistry} from "../upgrades/IUpgradeRegistry.sol";
import {IUpgradeSchedule} from "../upgrades/IUpgradeSchedule.sol";
import {IActionTiers} from "./IActionTiers.sol";
import {IChainParams} from "./IChainParams.sol";
import {IParsGovernor} from "./IParsGovernor.sol";
import {IPIPRegistry} from "./IPIPRegistry.sol";
import {Parameters} from "./Parameters.sol";
import {ChunkStore} from "./pip/ChunkStore.sol";

/// @title PIPRegistry
/// @notice See IPIPRegistry. Nothing is written by the genesis.
/// @dev The status follows from what the author did here and from what the Governor and the
/// UpgradeSchedule say: there is nothing to poke, and no state that could be stale.
contract PIPRegistry is IPIPRegistry, IUpgradeRegistry {
    /// @dev More than anybody can take: a number is for good, and the Governor knows no other way.
    uint256 private constant MOST_NUMBER = type(uint32).max;
    uint256 private constant MOST_TITLE = 128;
    /// @dev Categories are the thousands of numbers.
    uint256 private constant CATEGORY_SIZE = 1000;
    uint256 private constant INFORMATIONAL = 3;
    uint256 private constant LAST_CATEGORY = 4;
    uint256 private constant FIRST_LOCAL = 9000;
    uint256 private constant MOST_CHUNKS = 8;
    /// @dev With `onExecuted` a proposal has sixteen.
    uint256 private constant MOST_ACTIONS = 15;
    uint256 private constant MOST_REVISIONS = 64;

    /// @param reviewedSince Zero before the review.
    struct Record {
        address author;
        uint48 reviewedSince;
        uint16 revision;
        bool withdrawn;
        bool implemented;
        uint48 executedAt;
        uint256 proposalId;
        uint256[] upgrades;
    }

    uint32[] private _numbers;
    mapping(uint256 number => Record) private _records;
    mapping(uint256 number => mapping(uint256 revision => Revision)) private _revisions;
    mapping(uint256 proposalId => uint256 number) private _numberOf;
    mapping(bytes32 hash => address) private _chunks;

    modifier onlyTimelock() {
        if (msg.sender != SystemContracts.TIMELOCK) revert OnlyTimelock(msg.sender);
        _;
    }

    /// @inheritdoc IPIPRegistry
    function putChunk(bytes calldata data) external returns (bytes32) {
        return _store(data);
    }

    /// @inheritdoc IPIPRegistry
    function submit(uint256 number, Text calldata text, Actions calldata actions) external {
        if (number == 0 || number > MOST_NUMBER) revert InvalidNumber(number, MOST_NUMBER);
        Record storage record = _records[number];
        if (record.author != address(0)) revert NumberTaken(number);
        _requireVotes(IVotes(SystemContracts.VE_PARS).getVotes(msg.sender), 0);
        record.author = msg.sender;
        _numbers.push(uint32(number));
        _revise(number, record, text, actions);
    }

    /// @inheritdoc IPIPRegistry
    function revise(uint256 number, Text calldata text, Actions calldata actions) external {
        Record storage record = _authored(number);
        if (_requireOpen(number) == Status.Review) record.reviewedSince = uint48(block.timestamp);
        if (record.revision == MOST_REVISIONS) revert TooManyRevisions(MOST_REVISIONS);
        _revise(number, record, text, actions);
    }

    /// @inheritdoc IPIPRegistry
    function openReview(uint256 number) external {
        Record storage record = _authored(number);
        _requireStatus(number, Status.Draft);
        record.reviewedSince = uint48(block.timestamp);
        emit ReviewOpened(number, record.revision);
    }

    /// @inheritdoc IPIPRegistry
    function openVoting(uint256 number) external returns (uint256 proposalId) {
        Record storage record = _authored(number);
        _requireStatus(number, Status.Review);
        uint256 until = record.reviewedSince + _parameter(Parameters.REVIEW_PERIOD);
        if (block.timestamp < until) revert InReview(number, until);
        Actions memory actions = _proposed(number);
        uint8 tier = _requireTier(actions);
        IVotes votes = IVotes(SystemContracts.VE_PARS);
        _requireVotes(votes.getPastVotes(msg.sender, block.timestamp - 1), tier);
        proposalId = _governor().propose(
            actions.targets, actions.values, actions.calldatas, description(number)
        );
        record.proposalId = proposalId;
        _numberOf[proposalId] = number;
        emit VotingOpened(number, record.revision, proposalId);
    }

    /// @inheritdoc IPIPRegistry
    function withdraw(uint256 number) external {
        Record storage record = _authored(number);
        _requireOpen(number);
        record.withdrawn = true;
        emit Withdrawn(number);
    }

    /// @inheritdoc IPIPRegistry
    function onExecuted(uint256 number) external onlyTimelock {
        _requireRunning(number);
        Record storage record = _records[number];
        if (record.executedAt != 0) revert AlreadyExecuted(number);
        record.executedAt = uint48(block.timestamp);
        emit Executed(number);
    }

    /// @inheritdoc IUpgradeRegistry
    function upgradeScheduled(uint256 number, uint256 upgrade) external {
        if (msg.sender != SystemContracts.UPGRADE_SCHEDULE) revert OnlyUpgradeSchedule(msg.sender);
        _requireRunning(number);
        _records[number].upgrades.push(upgrade);
        emit UpgradeAwaited(number, upgrade);
    }

    /// @inheritdoc IPIPRegistry
    function markImplemented(uint256 number) external onlyTimelock {
        Record storage record = _existing(number);
        if (_revisions[number][record.revision].actions != 0) revert HasActions(number);
        _requireStatus(number, Status.Approved);
        if (record.executedAt == 0) revert UnexpectedStatus(number, Status.Approved);
        record.implemented = true;
        emit Implemented(number);
    }

    /// @inheritdoc IPIPRegistry
    function count() external view returns (uint256) {
        return _numbers.length;
    }

    /// @inheritdoc IPIPRegistry
    function numberAt(uint256 index) external view returns (uint256) {
        return _numbers[index];
    }

    /// @inheritdoc IPIPRegistry
    function pip(uint256 number) external view returns (PIP memory found) {
        Record storage record = _existing(number);
        found.number = number;
        (found.author, found.status) = (record.author, statusOf(number));
        (found.revision, found.proposalId) = (record.revision, record.proposalId);
        (found.executedAt, found.upgrades) = (record.executedAt, record.upgrades);
        found.current = _revisions[number][record.revision];
        if (record.reviewedSince == 0) return found;
        found.reviewEnds = record.reviewedSince + _parameter(Parameters.REVIEW_PERIOD);
    }

    /// @inheritdoc IPIPRegistry
    function revisionOf(uint256 number, uint256 revision) external view returns (Revision memory) {
        return _revision(number, revision);
    }

    /// @inheritdoc IPIPRegistry
    function content(uint256 number, uint256 revision) external view returns (bytes memory) {
        return ChunkStore.read(_pointers(_revision(number, revision).chunks));
    }

    /// @inheritdoc IPIPRegistry
    function actionsOf(uint256 number, uint256 revision) external view returns (Actions memory) {
        return _actions(_revision(number, revision), 0);
    }

    /// @inheritdoc IPIPRegistry
    function proposalOf(uint256 number)
        external
        view
        returns (address[] memory, uint256[] memory, bytes[] memory, bytes32)
    {
        Actions memory actions = _proposed(number);
        bytes32 hash = keccak256(bytes(description(number)));
        return (actions.targets, actions.values, actions.calldatas, hash);
    }

    /// @inheritdoc IPIPRegistry
    function chunk(bytes32 hash) external view returns (bytes memory) {
        return _chunk(hash);
    }

    /// @inheritdoc IPIPRegistry
    function description(uint256 number) public view returns (string memory) {
        uint256 revision = _existing(number).revision;
        uint256 hash = uint256(_revisions[number][revision].contentHash);
        return string.concat(
            "PIP-",
            Strings.toString(number),
            " r",
            Strings.toString(revision),
            " keccak256:",
            Strings.toHexString(hash, 32)
        );
    }

    /// @inheritdoc IPIPRegistry
    function running() public view override(IPIPRegistry, IUpgradeRegistry) returns (uint256) {
        return _numberOf[IParsGovernor(SystemContracts.GOVERNOR).executing()];
    }

    /// @inheritdoc IPIPRegistry
    function statusOf(uint256 number) public view returns (Status) {
        Record storage record = _existing(number);
        if (record.withdrawn) return Status.Withdrawn;
        if (record.proposalId == 0) {
            return record.reviewedSince == 0 ? Status.Draft : Status.Review;
        }
        IGovernor.ProposalState state = _governor().state(record.proposalId);
        if (state == IGovernor.ProposalState.Pending) return Status.Voting;
        if (state == IGovernor.ProposalState.Active) return Status.Voting;
        if (state == IGovernor.ProposalState.Defeated) return Status.Rejected;
        if (state == IGovernor.ProposalState.Canceled) return Status.Rejected;
        if (state == IGovernor.ProposalState.Expired) return Status.Rejected;
        return _isImplemented(number, record) ? Status.Implemented : Status.Approved;
    }

    function _isImplemented(uint256 number, Record storage record) private view returns (bool) {
        if (record.executedAt == 0) return false;
        if (_revisions[number][record.revision].actions == 0) return record.implemented;
        IUpgradeSchedule schedule = IUpgradeSchedule(SystemContracts.UPGRADE_SCHEDULE);
        for (uint256 index = 0; index < record.upgrades.length; index++) {
            IUpgradeSchedule.State state = schedule.stateOf(record.upgrades[index]);
            if (state != IUpgradeSchedule.State.Activated) return false;
        }
        return true;
    }

    function _revise(
        uint256 number,
        Record storage record,
        Text calldata text,
        Actions calldata actions
    ) private {
        _requireCategory(number, text.category);
        uint256 length = bytes(text.title).length;
        if (length == 0 || length > MOST_TITLE) revert InvalidTitle(length, MOST_TITLE);
        uint256 chunks = text.chunks.length;
        if (chunks == 0 || chunks > MOST_CHUNKS) revert InvalidChunkCount(chunks, MOST_CHUNKS);
        _requireContent(text);
        Revision storage revision = _revisions[number][++record.revision];
        revision.actions = _storeActions(actions);
        (revision.contentHash, revision.size) = (text.contentHash, text.size);
        (revision.tier, revision.submittedAt) = (actions.tier, uint48(block.timestamp));
        (revision.category, revision.title, revision.chunks) =
            (text.category, text.title, text.chunks);
        emit Revised(number, msg.sender, record.revision, text.contentHash, text.title);
    }

    /// @return hash Zero for none.
    function _storeActions(Actions calldata actions) private returns (bytes32 hash) {
        uint256 length = actions.targets.length;
        if (length > MOST_ACTIONS) revert TooManyActions(length, MOST_ACTIONS);
        _requireTier(actions);
        if (length == 0) return 0;
        return _store(abi.encode(actions.targets, actions.values, actions.calldatas));
    }

    function _store(bytes memory data) private returns (bytes32 hash) {
        if (data.length == 0 || data.length > ChunkStore.MOST_BYTES) {
            revert InvalidChunkSize(data.length, ChunkStore.MOST_BYTES);
        }
        hash = keccak256(data);
        if (_chunks[hash] != address(0)) return hash;
        address pointer = ChunkStore.create(data);
        if (pointer == address(0)) revert NotStored();
        _chunks[hash] = pointer;
        emit ChunkStored(hash, pointer, data.length);
    }

    function _requireContent(Text calldata text) private view {
        bytes memory data = ChunkStore.read(_pointers(text.chunks));
        if (data.length != text.size) revert SizeMismatch(text.size, data.length);
        bytes32 hash = keccak256(data);
        if (hash != text.contentHash) revert ContentMismatch(text.contentHash, hash);
    }

    function _requireCategory(uint256 number, uint8 category) private pure {
        uint256 found = number / CATEGORY_SIZE;
        bool explains = category == INFORMATIONAL && found <= LAST_CATEGORY;
        bool fits = found == category || explains || number >= FIRST_LOCAL;
        if (!fits || category > LAST_CATEGORY) revert NumberOutsideCategory(number, category);
    }

    /// @dev Also refuses arrays of different lengths.
    function _requireTier(Actions memory actions) private view returns (uint8 tier) {
        IActionTiers tiers = IActionTiers(SystemContracts.ACTION_TIERS);
        tier = tiers.tierOf(actions.targets, actions.values, actions.calldatas);
        if (actions.tier < tier) revert TierUnderstated(actions.tier, tier);
    }

    function _requireVotes(uint256 votes, uint8 tier) private view {
        uint256 threshold = _parameter(Parameters.ofTier(Parameters.TIER_THRESHOLD, tier));
        if (votes < threshold) revert TooFewVotes(msg.sender, votes, threshold);
    }

    function _requireOpen(uint256 number) private view returns (Status status) {
        status = statusOf(number);
        if (status != Status.Draft && status != Status.Review) {
            revert UnexpectedStatus(number, status);
        }
    }

    function _requireStatus(uint256 number, Status expected) private view {
        Status status = statusOf(number);
        if (status != expected) revert UnexpectedStatus(number, status);
    }

    function _requireRunning(uint256 number) private view {
        uint256 runs = running();
        if (number == 0 || number != runs) revert NotRunning(number, runs);
    }

    function _authored(uint256 number) private view returns (Record storage record) {
        record = _existing(number);
        if (msg.sender != record.author) revert OnlyAuthor(msg.sender);
    }

    function _existing(uint256 number) private view returns (Record storage record) {
        record = _records[number];
        if (record.author == address(0)) revert UnknownPIP(number);
    }

    function _revision(uint256 number, uint256 revision) private view returns (Revision storage) {
        if (revision == 0 || revision > _existing(number).revision) {
            revert UnknownRevision(number, revision);
        }
        return _revisions[number][revision];
    }

    /// @notice The actions of the current revision, and `onExecuted` after them.
    function _proposed(uint256 number) private view returns (Actions memory actions) {
        actions = _actions(_revisions[number][_existing(number).revision], 1);
        uint256 last = actions.targets.length - 1;
        actions.targets[last] = address(this);
        actions.calldatas[last] = abi.encodeCall(IPIPRegistry.onExecuted, (number));
    }

    /// @param room How many empty actions follow.
    function _actions(Revision storage revision, uint256 room)
        private
        view
        returns (Actions memory actions)
    {
        address[] memory targets;
        uint256[] memory values;
        bytes[] memory calldatas;
        if (revision.actions != 0) {
            (targets, values, calldatas) =
                abi.decode(_chunk(revision.actions), (address[], uint256[], bytes[]));
        }
        uint256 length = targets.length + room;
        actions.tier = revision.tier;
        actions.targets = new address[](length);
        actions.values = new uint256[](length);
        actions.calldatas = new bytes[](length);
        for (uint256 index = 0; index < targets.length; index++) {
            actions.targets[index] = targets[index];
            actions.values[index] = values[index];
            actions.calldatas[index] = calldatas[index];
        }
    }

    function _chunk(bytes32 hash) private view returns (bytes memory) {
        bytes32[] memory one = new bytes32[](1);
        one[0] = hash;
        return ChunkStore.read(_pointers(one));
    }

    function _pointers(bytes32[] memory hashes) private view returns (address[] memory pointers) {
        pointers = new address[](hashes.length);
        for (uint256 index = 0; index < hashes.length; index++) {
            pointers[index] = _chunks[hashes[index]];
            if (pointers[index] == address(0)) revert UnknownChunk(hashes[index]);
        }
    }

    function _parameter(bytes32 key) private view returns (uint256) {
        return IChainParams(SystemContracts.CHAIN_PARAMS).get(key);
    }

    function _governor() private pure returns (IGovernor) {
        return IGovernor(SystemContracts.GOVERNOR);
    }
}
