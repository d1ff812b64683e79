// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// Calls for whoever asks: stands where a contract with rights stands.
contract Puppet {
    function act(address to, bytes calldata data) external payable returns (bytes memory) {
        (bool success, bytes memory output) = to.call{value: msg.value}(data);
        if (success) return output;
        assembly ("memory-safe") {
            revert(add(output, 32), mload(output))
        }
    }
}

/// What the schedule of upgrades asks of the registry of PIPs.
contract PuppetRegistry {
    uint256 public constant running = 42;
    uint256 public scheduled;

    function upgradeScheduled(uint256, uint256 id) external {
        scheduled = id;
    }
}
