// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

IModels constant MODELS = IModels(address(0x0302));

/// @title The registry of models
/// @notice Models of runtime 1, pars-int-1: integer ONNX with exact results. A model's bytes, or of one
/// with large weights its graph, are put in chunks of 32,768 bytes and stay for ever.
/// status: 1 draft, 2 active, 3 inactive. kind: 0 runs in 0x0303; 1 names large weights by their roots,
/// and its results are claimed in 0x0305.
interface IModels {
    event Registered(
        bytes32 indexed id, address indexed publisher, string name, uint64 version, bytes32 hash
    );
    event ChunkStored(bytes32 indexed id, uint64 index);
    event Finalized(bytes32 indexed id, uint64 macs, uint64 elements);
    event Deactivated(bytes32 indexed id);
    event Transferred(bytes32 indexed id, address indexed from, address indexed to);

    /// @notice Registers the next version of the caller's model `name`, as a draft.
    /// @param hash SHA3-256 of the model's bytes.
    /// @param size Bytes, at most 1,048,576.
    /// @param runtime 1.
    /// @param licence An SPDX expression, or where the licence is; at most 64 bytes.
    /// @param metadata At most 4,096 bytes; JSON by custom.
    function register(
        string calldata name,
        bytes32 hash,
        uint64 size,
        uint64 runtime,
        uint8 kind,
        string calldata licence,
        string calldata metadata
    ) external returns (bytes32 id);

    /// @notice How claims about a draft will be settled. A window or a turn is over when so many seconds
    /// and so many blocks have passed, each 1 to 31,536,000.
    /// @param bond The least bond of a claim or a challenge, in wei.
    /// @param attesters Root over the attesters' addresses; zero: none.
    /// @param threshold How many of them have to sign.
    function setTerms(
        bytes32 id,
        uint64 windowSeconds,
        uint64 windowBlocks,
        uint64 turnSeconds,
        uint64 turnBlocks,
        uint256 bond,
        bytes32 attesters,
        uint64 threshold
    ) external;

    /// @notice Stores chunk `index` of a draft: 32,768 bytes, of the last one what is left.
    function putChunk(bytes32 id, uint64 index, bytes calldata chunk) external;

    /// @notice Makes a draft active whose bytes have its hash and are a model within the limits.
    function finalize(bytes32 id) external;

    /// @notice Takes an active model out of use for good. Claims about it go on.
    function deactivate(bytes32 id) external;

    function transfer(bytes32 id, address to) external;

    function model(bytes32 id)
        external
        view
        returns (
            uint8 status,
            uint8 kind,
            uint64 runtime,
            uint64 size,
            uint64 version,
            address owner,
            bytes32 hash
        );

    /// @param macs Multiplications of one inference. @param elements Elements of all other operators.
    /// @param activeFrom The block that made it active.
    function costOf(bytes32 id)
        external
        view
        returns (
            uint64 macs,
            uint64 elements,
            uint64 inputBytes,
            uint64 outputBytes,
            uint64 activeFrom
        );

    function termsOf(bytes32 id)
        external
        view
        returns (
            uint64 windowSeconds,
            uint64 windowBlocks,
            uint64 turnSeconds,
            uint64 turnBlocks,
            uint256 bond,
            bytes32 attesters,
            uint64 threshold
        );

    function textsOf(bytes32 id)
        external
        view
        returns (string memory name, string memory licence, string memory metadata);

    /// @notice How many versions of `name` its publisher has registered.
    function versionsOf(address publisher, string calldata name)
        external
        view
        returns (uint64 versions);

    /// @notice The id that a version, from 1 on, has or will have.
    function idOf(address publisher, string calldata name, uint64 version)
        external
        view
        returns (bytes32 id);

    /// @notice How many models were ever registered.
    function count() external view returns (uint64 registered);

    /// @notice Ids in the order of registration, at most 100.
    function list(uint64 start, uint64 most) external view returns (bytes32[] memory ids);
}
