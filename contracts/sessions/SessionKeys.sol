// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {CheckIn} from "../identity/CheckIn.sol";
import {SystemContracts} from "../system/SystemContracts.sol";
import {Call, Calls} from "./Calls.sol";
import {OwnedAccount} from "./OwnedAccount.sol";

/// @title Keys that may do a little of what an account may, for a while
/// @notice A session names its holder, its term, how many calls it may make, what it may spend and
/// which functions of which contracts it may call: nothing that is not named. The holder is an
/// account of the network, and a fresh key has one as it is, at the address that its hash gives. It
/// needs no registration and no funds; one that is registered spares its public key in requests.
/// @dev Budgets count native PARS alone: who allows `approve` or `transfer` of a token allows all
/// of that token. The account itself and the dead man's switch are never allowed. Other system
/// contracts are, if named; each of them acts on the rights of its caller.
/// Storage: slot 1 sessions.
///
/// Typed data of the relayed form, in the domain (PQAccount, 1) of the account and network:
///   SessionCalls(uint64 session,Call[] calls,uint32 nonce,uint256 deadline)
///   Call(address to,uint256 value,bytes data)
abstract contract SessionKeys is OwnedAccount, Calls, ReentrancyGuardTransient {
    struct Permission {
        address target;
        /// @dev Zero stands for a payment without data, and for no function.
        bytes4 selector;
    }

    struct SessionKey {
        address holder;
        /// @dev First and last second at which it holds.
        uint48 notBefore;
        uint48 expiry;
        uint32 maxCalls;
        /// @dev The most that one call, and all of them together, may spend, in wei.
        uint128 perCall;
        uint128 budget;
        Permission[] allow;
    }

    struct SessionState {
        SessionKey key;
        /// @dev How many calls it has made: the nonce of its next request.
        uint32 calls;
        uint128 spent;
        /// @dev Not revoked, by name or with all others. It may be over for all that.
        bool standing;
    }

    struct Session {
        address holder;
        uint48 notBefore;
        uint48 expiry;
        uint32 epoch;
        uint32 maxCalls;
        uint32 calls;
        bool revoked;
        uint128 spent;
        uint128 perCall;
        uint128 budget;
        /// @dev target || selector || zeros.
        bytes32[] allow;
    }

    event SessionGranted(uint64 indexed id, address indexed holder, SessionKey key);
    event SessionRevoked(uint64 indexed id);
    event AllSessionsRevoked();
    event SessionUsed(uint64 indexed id, uint32 nonce, uint256 calls, uint256 spent);

    error InvalidHolder(address holder);
    error InvalidTerm(uint256 notBefore, uint256 expiry, uint256 most);
    error InvalidPermissions(uint256 count, uint256 most);
    error ForbiddenTarget(address target);
    error NoSuchSession(uint64 id);
    error Revoked(uint64 id);
    /// @dev The account's dead man's switch has triggered.
    error Frozen();
    error NotYet(uint256 notBefore);
    error SessionExpired(uint256 expiry);
    error OnlyHolder(address caller);
    error WrongNonce(uint256 nonce, uint256 expected);
    error TooManyCalls(uint256 calls, uint256 most);
    error NotAllowed(uint256 index, address target, bytes4 selector);
    error OverCallLimit(uint256 index, uint256 value, uint256 perCall);
    error OverBudget(uint256 spent, uint256 budget);

    bytes32 private constant SESSION_CALLS_TYPEHASH = keccak256(
        bytes.concat(
            "SessionCalls(uint64 session,Call[] calls,uint32 nonce,uint256 deadline)", CALL_TYPE
        )
    );
    uint256 public constant MOST_PERMISSIONS = 16;
    /// @notice The longest term of a session, in seconds.
    uint256 public constant MOST_TERM = 366 days;
    /// @notice The most sessions that one call of `sessions` gives.
    uint256 public constant MOST_PER_PAGE = 50;

    Session[] private _sessions;

    /// @notice Grants a session.
    /// @param key Its term ends within MOST_TERM; it allows 1 to MOST_PERMISSIONS functions.
    function grant(SessionKey calldata key) external onlyOwner returns (uint64 id) {
        if (key.holder == address(0) || key.holder == address(this)) {
            revert InvalidHolder(key.holder);
        }
        bool sane = key.notBefore <= key.expiry && key.expiry >= block.timestamp
            && key.expiry <= block.timestamp + MOST_TERM;
        if (!sane) revert InvalidTerm(key.notBefore, key.expiry, block.timestamp + MOST_TERM);
        uint256 count = key.allow.length;
        if (count == 0 || count > MOST_PERMISSIONS) {
            revert InvalidPermissions(count, MOST_PERMISSIONS);
        }
        id = uint64(_sessions.length);
        Session storage session = _sessions.push();
        (session.holder, session.notBefore, session.expiry) =
            (key.holder, key.notBefore, key.expiry);
        (session.epoch, session.maxCalls) = (sessionEpoch, key.maxCalls);
        (session.perCall, session.budget) = (key.perCall, key.budget);
        for (uint256 index = 0; index < count; index++) {
            Permission calldata one = key.allow[index];
            _requireTarget(one.target);
            session.allow.push(_pack(one.target, one.selector));
        }
        emit SessionGranted(id, key.holder, key);
    }

    /// @notice Ends a session at once: also for what comes later in the same block.
    function revoke(uint64 id) external onlyOwner {
        _standing(id).revoked = true;
        emit SessionRevoked(id);
    }

    /// @notice Ends all sessions at once.
    function revokeAll() external onlyOwner {
        _voidSessions();
        emit AllSessionsRevoked();
    }

    /// @notice Makes calls in a session of the caller's.
    function executeAsSession(uint64 id, Call[] calldata calls)
        external
        nonReentrant
        returns (bytes[] memory outputs)
    {
        Session storage session = _standing(id);
        if (msg.sender != session.holder) revert OnlyHolder(msg.sender);
        return _execute(session, id, calls);
    }

    /// @notice Makes calls that the session's holder signed. Anyone may bring them.
    /// @param nonce How many calls the session has made before.
    /// @param deadline The last second at which the request holds.
    function executeFromSession(
        uint64 id,
        Call[] calldata calls,
        uint32 nonce,
        uint256 deadline,
        bytes calldata signature
    ) external nonReentrant returns (bytes[] memory outputs) {
        Session storage session = _standing(id);
        _requireInTime(deadline);
        if (nonce != session.calls) revert WrongNonce(nonce, session.calls);
        bytes32 request = keccak256(
            abi.encode(SESSION_CALLS_TYPEHASH, id, _hashOf(calls), nonce, deadline)
        );
        _requireSigned(session.holder, request, signature);
        return _execute(session, id, calls);
    }

    /// @notice How many sessions were ever granted.
    function sessionCount() external view returns (uint256) {
        return _sessions.length;
    }

    function sessionOf(uint64 id) external view returns (SessionState memory) {
        if (id >= _sessions.length) revert NoSuchSession(id);
        return _stateOf(_sessions[id]);
    }

    /// @notice Sessions from id `first` on, at most MOST_PER_PAGE.
    function sessions(uint256 first, uint256 most)
        external
        view
        returns (SessionState[] memory page)
    {
        uint256 count = _sessions.length;
        uint256 left = first < count ? count - first : 0;
        page = new SessionState[](Math.min(left, Math.min(most, MOST_PER_PAGE)));
        for (uint256 index = 0; index < page.length; index++) {
            page[index] = _stateOf(_sessions[first + index]);
        }
    }

    function _execute(Session storage session, uint64 id, Call[] calldata calls)
        private
        returns (bytes[] memory outputs)
    {
        if (calls.length == 0) revert NoCalls();
        if (CheckIn(SystemContracts.CHECK_IN).triggered(address(this))) revert Frozen();
        if (block.timestamp < session.notBefore) revert NotYet(session.notBefore);
        if (block.timestamp > session.expiry) revert SessionExpired(session.expiry);
        uint32 made = session.calls;
        if (made + calls.length > session.maxCalls) {
            revert TooManyCalls(made + calls.length, session.maxCalls);
        }
        uint256 spent = session.spent + _charge(session, calls);
        if (spent > session.budget) revert OverBudget(spent, session.budget);
        (session.calls, session.spent) = (made + uint32(calls.length), uint128(spent));
        emit SessionUsed(id, made, calls.length, spent);
        return _make(calls);
    }

    /// @return total What the calls spend together. Each is allowed by itself.
    function _charge(Session storage session, Call[] calldata calls)
        private
        view
        returns (uint256 total)
    {
        uint256 perCall = session.perCall;
        bytes32[] memory allow = session.allow;
        for (uint256 index = 0; index < calls.length; index++) {
            Call calldata one = calls[index];
            _requireTarget(one.to);
            bytes4 selector = bytes4(one.data);
            // Bytes that name no function must not pass for a payment.
            bool named = one.data.length == 0 || (one.data.length >= 4 && selector != 0);
            if (!named || !_contains(allow, _pack(one.to, selector))) {
                revert NotAllowed(index, one.to, selector);
            }
            if (one.value > perCall) revert OverCallLimit(index, one.value, perCall);
            total += one.value;
        }
    }

    function _stateOf(Session storage session) private view returns (SessionState memory state) {
        bytes32[] memory allow = session.allow;
        Permission[] memory permissions = new Permission[](allow.length);
        for (uint256 index = 0; index < allow.length; index++) {
            permissions[index] =
                Permission(address(bytes20(allow[index])), bytes4(allow[index] << 160));
        }
        state.key = SessionKey(
            session.holder,
            session.notBefore,
            session.expiry,
            session.maxCalls,
            session.perCall,
            session.budget,
            permissions
        );
        (state.calls, state.spent) = (session.calls, session.spent);
        state.standing = _stands(session);
    }

    function _standing(uint64 id) private view returns (Session storage session) {
        if (id >= _sessions.length) revert NoSuchSession(id);
        session = _sessions[id];
        if (!_stands(session)) revert Revoked(id);
    }

    function _stands(Session storage session) private view returns (bool) {
        return !session.revoked && session.epoch == sessionEpoch;
    }

    /// @dev A session that could call the account would have all of its rights; one that could
    /// check in would keep a dead owner alive, and itself.
    function _requireTarget(address target) private view {
        bool forbidden = target == address(0) || target == address(this)
            || target == SystemContracts.CHECK_IN;
        if (forbidden) revert ForbiddenTarget(target);
    }

    function _contains(bytes32[] memory allow, bytes32 wanted) private pure returns (bool) {
        for (uint256 index = 0; index < allow.length; index++) {
            if (allow[index] == wanted) return true;
        }
        return false;
    }

    function _pack(address target, bytes4 selector) private pure returns (bytes32) {
        return bytes32(bytes20(target)) | (bytes32(selector) >> 160);
    }
}
