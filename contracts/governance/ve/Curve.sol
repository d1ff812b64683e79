// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title Weight by the time that remains
/// @notice One to four straight pieces, from the end of a lock backwards. Within a piece an amount
/// gains whole wei for each second that remains, rounded down: sums of weights are exact, and a
/// lock weighs at most 126 million wei less than the curve says.
/// @dev As one word of storage, for piece i from bit 32i on: the weeks before the end up to which
/// it goes (16 bits), and the basis points of the amount that weigh there (16 bits). Weeks and
/// basis points ascend strictly, to at most 208 and 10,000, the pieces are concave, and unused ones
/// are zero. A word of zero is one piece, from nothing to everything over 208 weeks.
library Curve {
    struct Piece {
        /// @dev Seconds before the end at which it begins and ends.
        uint256 from;
        uint256 to;
        /// @dev Basis points that it adds from one to the other.
        uint256 weight;
    }

    uint256 private constant LINEAR = 208 | (10_000 << 16);
    uint256 private constant WHOLE = 10_000;

    function decode(uint256 word) internal pure returns (Piece[] memory pieces) {
        uint256 left = word == 0 ? LINEAR : word;
        uint256 count = Math.log2(left) / 32 + 1;
        pieces = new Piece[](count);
        (uint256 from, uint256 reached) = (0, 0);
        for (uint256 index = 0; index < count; index++) {
            uint256 to = uint256(uint16(left)) * 1 weeks;
            uint256 weight = uint16(left >> 16);
            pieces[index] = Piece(from, to, weight - reached);
            (from, reached, left) = (to, weight, left >> 32);
        }
    }

    /// @return Wei for each second of the piece.
    function slope(Piece memory piece, uint256 amount) internal pure returns (uint256) {
        return amount * piece.weight / (WHOLE * (piece.to - piece.from));
    }

    /// @return votes Of `amount` with `remaining` seconds before its end.
    function weigh(Piece[] memory pieces, uint256 amount, uint256 remaining)
        internal
        pure
        returns (uint256 votes)
    {
        for (uint256 index = 0; index < pieces.length; index++) {
            Piece memory piece = pieces[index];
            if (remaining <= piece.from) break;
            votes += slope(piece, amount) * (Math.min(remaining, piece.to) - piece.from);
        }
    }
}
