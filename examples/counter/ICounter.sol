// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

ICounter constant COUNTER = ICounter(address(bytes20(hex"c30a2ae3355a30d9b16d64f25c000c7df3ff2eed")));

/// @title Counter
/// @notice A count for each account, and a ledger of deposits.
interface ICounter {
    event Incremented(address indexed account, uint64 by, uint256 total);
    event Deposited(address indexed from, address indexed to, uint256 amount);
    /// @notice Every precompile logs it for what it pays out.
    event Paid(address to, uint256 amount);

    /// @notice Adds `by` to the caller's count, and to the sum of all counts, which is returned.
    function increment(uint64 by) external returns (uint256 total);

    function count(address account) external view returns (uint256 count);

    /// @notice The sum of all counts.
    function total() external view returns (uint256 total);

    /// @notice Credits the value of the call to `to`.
    function deposit(address to) external payable;

    /// @notice Pays `amount` wei of what the caller was credited to `to`, without running its code.
    /// @dev Reverts above the caller's balance; halts when `to` is a precompile.
    function withdraw(address to, uint256 amount) external;

    /// @notice What `account` was credited and has not withdrawn.
    function balance(address account) external view returns (uint256 amount);
}
