// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title Terms of a lock
/// @dev Packed into the 208 bits of a checkpoint.
library Terms {
    struct Term {
        uint112 amount;
        /// @dev A multiple of a week; 0 of a lock that extends itself.
        uint48 end;
        /// @dev Seconds that remain of a lock that extends itself.
        uint32 kept;
    }

    function pack(Term memory term) internal pure returns (uint208) {
        return uint208(term.amount) | (uint208(term.end) << 112) | (uint208(term.kept) << 160);
    }

    function unpack(uint208 word) internal pure returns (Term memory) {
        return Term(uint112(word), uint48(word >> 112), uint32(word >> 160));
    }

    /// @return Seconds before its end, zero after it.
    function remainingAt(Term memory term, uint256 time) internal pure returns (uint256) {
        if (term.kept > 0) return term.kept;
        return term.end > time ? term.end - time : 0;
    }
}
