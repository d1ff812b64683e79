// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

IInferenceClaims constant INFERENCE_CLAIMS = IInferenceClaims(address(0x0305));

/// @title Claims about answers of models, with bonds, and the challenges to them
/// @notice Status of a claim: 1 open, 2 settled, 3 refuted. Of a challenge: 1 open, 2 lost, 3 won,
/// 4 refunded. Turn: 0 the claimant reveals, 1 the challenger chooses, 2 the leaf is to be proven.
interface IInferenceClaims {
    event Claimed(
        bytes32 indexed id,
        bytes32 indexed model,
        address indexed claimant,
        bytes32 traceTop,
        bytes input,
        bytes output
    );
    event Challenged(bytes32 indexed id, uint64 indexed number, address indexed challenger);
    event Revealed(bytes32 indexed id, uint64 indexed number, bytes32[] hashes);
    event Chosen(
        bytes32 indexed id, uint64 indexed number, uint64 level, uint64 index, bytes32 hash
    );
    event Decided(bytes32 indexed id, uint64 indexed number, bool refuted);
    event Settled(bytes32 indexed id);

    /// @notice Claims that `model`, of kind 1, makes `output` of `input`. The value is the bond.
    /// @param traceTop Top of the Merkle tree over the outputs of all nodes.
    /// @param binding Siblings that join the output's tiles to it.
    function claim(
        bytes32 model,
        bytes calldata input,
        bytes calldata output,
        bytes32 traceTop,
        bytes calldata binding
    ) external payable returns (bytes32 id);

    /// @notice Ends a claim whose window is over and that nobody challenges: its bond goes back.
    function settle(bytes32 id) external;

    /// @notice Challenges an open claim within its window. The value is the bond.
    function challenge(bytes32 id) external payable returns (uint64 number);

    /// @notice The claimant shows the hashes up to four levels below the one in question.
    function reveal(bytes32 id, uint64 number, bytes32[] calldata hashes) external;

    /// @notice The challenger names the first of them that is wrong.
    function choose(bytes32 id, uint64 number, bytes32[] calldata hashes, uint64 place) external;

    /// @notice Decides a challenge at a leaf. Anybody may bring the openings.
    /// @return right Whether the claimed leaf is what its operator gives.
    function prove(bytes32 id, uint64 number, bytes calldata openings)
        external
        returns (bool right);

    /// @notice Decides a challenge against who let a turn pass.
    function timeout(bytes32 id, uint64 number) external;

    /// @notice Gives back the bond of an undecided challenge to a claim that another one refuted.
    function withdraw(bytes32 id, uint64 number) external;

    function claimOf(bytes32 id)
        external
        view
        returns (
            uint8 status,
            bytes32 model,
            address claimant,
            uint256 bond,
            bytes32 traceTop,
            bytes32 inputHash,
            bytes32 outputHash,
            uint64 open,
            uint64 challenges,
            uint64 timestamp,
            uint64 height
        );

    function challengeOf(bytes32 id, uint64 number)
        external
        view
        returns (
            uint8 status,
            uint8 turn,
            uint8 level,
            uint64 index,
            bytes32 hash,
            address challenger,
            uint256 bond,
            uint64 timestamp,
            uint64 height
        );

    /// @notice How many claims were ever made.
    function count() external view returns (uint64 made);

    /// @notice Ids in the order of their making, at most 100.
    function list(uint64 start, uint64 most) external view returns (bytes32[] memory ids);
}
