// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {SystemContracts} from "../system/SystemContracts.sol";
import {IChainParams} from "./IChainParams.sol";

/// @title ChainParams
/// @notice See IChainParams. Storage is written by the genesis: every parameter that there is.
contract ChainParams is IChainParams {
    struct Parameter {
        uint256 value;
        uint256 least;
        uint256 most;
        bool exists;
    }

    mapping(bytes32 key => Parameter) private _parameters;

    /// @inheritdoc IChainParams
    function get(bytes32 key) external view returns (uint256) {
        return _existing(key).value;
    }

    /// @inheritdoc IChainParams
    function bounds(bytes32 key) external view returns (uint256 least, uint256 most) {
        Parameter storage parameter = _existing(key);
        return (parameter.least, parameter.most);
    }

    /// @inheritdoc IChainParams
    function set(bytes32 key, uint256 value) external {
        if (
            msg.sender != SystemContracts.TIMELOCK
                && msg.sender != SystemContracts.UPGRADE_SCHEDULE
        ) revert OnlyGovernance(msg.sender);
        Parameter storage parameter = _existing(key);
        (uint256 least, uint256 most) = (parameter.least, parameter.most);
        if (value < least || value > most) revert OutOfBounds(key, value, least, most);
        emit ParameterSet(key, parameter.value, value);
        parameter.value = value;
    }

    function _existing(bytes32 key) private view returns (Parameter storage parameter) {
        parameter = _parameters[key];
        if (!parameter.exists) revert UnknownParameter(key);
    }
}
