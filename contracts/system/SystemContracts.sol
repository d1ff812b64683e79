// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title Where the contracts of every Pars network stand
/// @notice They come with block 0 and have no constructor: what one needs to know of another is its
/// address here, and what a network chooses stands in ChainParams.
library SystemContracts {
    /// @notice Calls at the start of a block; nobody holds a key for it. See EIP-4788.
    address internal constant SYSTEM = 0xffffFFFfFFffffffffffffffFfFFFfffFFFfFFfE;

    /// @notice Receives what blocks earn, where the genesis names nobody else.
    address internal constant FEE_COLLECTOR = 0x0000000000000000000000000000000000000611;

    address internal constant CHAIN_PARAMS = 0x0000000000000000000000000000000000000620;
    address internal constant UPGRADE_SCHEDULE = 0x0000000000000000000000000000000000000621;
    address internal constant VALIDATOR_SET = 0x0000000000000000000000000000000000000622;
    address internal constant VE_PARS = 0x0000000000000000000000000000000000000623;
    address internal constant PIP_REGISTRY = 0x0000000000000000000000000000000000000624;
    address payable internal constant GOVERNOR =
        payable(0x0000000000000000000000000000000000000625);
    address payable internal constant TIMELOCK =
        payable(0x0000000000000000000000000000000000000626);
    address payable internal constant TREASURY =
        payable(0x0000000000000000000000000000000000000627);
    address internal constant DID_REGISTRY = 0x0000000000000000000000000000000000000628;
    address internal constant KEY_DIRECTORY = 0x0000000000000000000000000000000000000629;
    address internal constant CHECK_IN = 0x000000000000000000000000000000000000062A;
    address internal constant ACCOUNT_FACTORY = 0x000000000000000000000000000000000000062b;
    address internal constant ACCOUNT_IMPLEMENTATION =
        0x000000000000000000000000000000000000062C;
    address internal constant ACTION_TIERS = 0x000000000000000000000000000000000000062d;
}
