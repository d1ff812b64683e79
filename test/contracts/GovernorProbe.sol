// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// What PIPs call: counts, fails, and calls back.
contract Ledger {
    uint256 public count;
    bytes public answer;
    address private _target;
    bytes private _data;

    error ToldTo(uint256 reason);

    receive() external payable {
        count++;
    }

    function add(uint256 amount) external payable {
        count += amount;
    }

    function fail(uint256 reason) external pure {
        revert ToldTo(reason);
    }

    /// What `reenter` will call.
    function prepare(address target, bytes calldata data) external {
        (_target, _data) = (target, data);
    }

    /// Remembers how the call ended, and goes on.
    function reenter() external {
        (bool done, bytes memory output) = _target.call(_data);
        answer = abi.encode(done, output);
        count++;
    }

    /// Ends as the call does.
    function relay(address target, bytes calldata data) external {
        (bool done, bytes memory output) = target.call(data);
        if (done) return;
        assembly ("memory-safe") {
            revert(add(output, 32), mload(output))
        }
    }
}

/// An account that is a contract: acts for anyone, and vouches for one hash.
contract Member {
    bytes32 private _vouched;

    receive() external payable {}

    function act(address target, uint256 value, bytes calldata data) external payable {
        (bool done, bytes memory output) = target.call{value: value}(data);
        if (done) return;
        assembly ("memory-safe") {
            revert(add(output, 32), mload(output))
        }
    }

    function vouch(bytes32 hash) external {
        _vouched = hash;
    }

    function isValidSignature(bytes32 hash, bytes calldata) external view returns (bytes4) {
        return hash == _vouched ? this.isValidSignature.selector : bytes4(0);
    }
}

interface IRunning {
    function running() external view returns (uint256);
    function executing() external view returns (uint256);
}

/// Writes down what is said to run while it runs.
contract Witness {
    uint256[2] private _seen;

    function see(IRunning registry, IRunning governor) external {
        _seen = [registry.running(), governor.executing()];
    }

    function seen() external view returns (uint256[2] memory) {
        return _seen;
    }
}
