// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";

import {Curve} from "./Curve.sol";
import {Terms} from "./Terms.sol";

/// @title The weight of many locks over time
/// @notice A point says how much all of them weigh at one second and by how much that falls each
/// second from there; weeks say by how much the fall changes at their beginning, which is where
/// pieces of a curve end. So a look-up costs one search and those of the next 209 weeks that have a
/// change, whatever the number of locks and the time since.
/// @dev What is past is final: a change at one second writes the point of that second and weeks
/// after it, and a look-up needs the last point before it and weeks between the two.
library Line {
    using Checkpoints for Checkpoints.Trace208;
    using Curve for Curve.Piece;
    using Terms for Terms.Term;

    struct Weights {
        /// @dev By seconds: votes in the lower 112 bits, their fall by the second above.
        Checkpoints.Trace208 points;
        /// @dev By half the number of the week since 1970: wei by the second.
        mapping(uint256 half => int128[2]) changes;
        /// @dev By the number of the week over 256, one bit for each that has ever had a change.
        mapping(uint256 word => uint256) marks;
    }

    struct Point {
        uint256 slope;
        uint256 votes;
    }

    /// @dev No lock ends later after its last change.
    uint256 private constant MOST_WEEKS = 209;

    /// @notice Takes locks away and adds others, from this second on.
    /// @return before All votes without the change.
    /// @return votes And with it.
    function change(
        Weights storage self,
        Curve.Piece[] memory curve,
        Terms.Term[] memory removed,
        Terms.Term[] memory added
    ) internal returns (uint256 before, uint256 votes) {
        Point memory point = _at(self, block.timestamp);
        before = point.votes;
        for (uint256 index = 0; index < removed.length; index++) {
            Point memory one = _schedule(self, curve, removed[index], -1);
            point.votes -= one.votes;
            point.slope -= one.slope;
        }
        for (uint256 index = 0; index < added.length; index++) {
            Point memory one = _schedule(self, curve, added[index], 1);
            point.votes += one.votes;
            point.slope += one.slope;
        }
        votes = point.votes;
        uint208 packed =
            uint208(SafeCast.toUint112(votes)) | (uint208(SafeCast.toUint96(point.slope)) << 112);
        self.points.push(SafeCast.toUint48(block.timestamp), packed);
    }

    function votesAt(Weights storage self, uint256 time) internal view returns (uint256) {
        return _at(self, time).votes;
    }

    /// @dev Writes where the fall of one lock changes, from the outermost piece inwards.
    /// @return point What it weighs now, and by how much that falls each second from now on.
    function _schedule(
        Weights storage self,
        Curve.Piece[] memory curve,
        Terms.Term memory term,
        int256 sign
    ) private returns (Point memory point) {
        uint256 remaining = term.remainingAt(block.timestamp);
        point.votes = Curve.weigh(curve, term.amount, remaining);
        if (term.kept > 0 || remaining == 0) return point;
        uint256 outer = 0;
        for (uint256 index = curve.length; index > 0; index--) {
            Curve.Piece memory piece = curve[index - 1];
            uint256 inner = piece.slope(term.amount);
            if (remaining > piece.to) {
                _changeAt(self, term.end - piece.to, sign * (int256(inner) - int256(outer)));
            } else if (remaining > piece.from) {
                point.slope = inner;
            }
            outer = inner;
        }
        _changeAt(self, term.end, -sign * int256(outer));
    }

    function _changeAt(Weights storage self, uint256 time, int256 delta) private {
        if (delta == 0) return;
        uint256 week = time / 1 weeks;
        self.changes[week >> 1][week & 1] += SafeCast.toInt128(delta);
        self.marks[week >> 8] |= 1 << (week & 0xff);
    }

    function _at(Weights storage self, uint256 time) private view returns (Point memory) {
        (uint256 reached, uint256 slope, uint256 votes) = _lastPoint(self.points, time);
        uint256 week = reached / 1 weeks;
        uint256 last = Math.min(time / 1 weeks, week + MOST_WEEKS);
        // No weight ever rises by itself: at zero, nothing is left that could change.
        while (votes > 0) {
            week = _nextMark(self, week + 1, last);
            if (week > last) break;
            uint256 next = week * 1 weeks;
            votes -= slope * (next - reached);
            int256 delta = self.changes[week >> 1][week & 1];
            slope = delta < 0 ? slope - uint256(-delta) : slope + uint256(delta);
            reached = next;
        }
        return Point(slope, votes - slope * (time - reached));
    }

    /// @return The first marked week from `week` on, or one after `last`.
    function _nextMark(Weights storage self, uint256 week, uint256 last)
        private
        view
        returns (uint256)
    {
        uint256 passed = (1 << (week & 0xff)) - 1;
        for (uint256 word = week >> 8; word <= last >> 8; word++) {
            uint256 marks = self.marks[word] & ~passed;
            if (marks != 0) return (word << 8) | Math.log2(marks & (~marks + 1));
            passed = 0;
        }
        return last + 1;
    }

    /// @dev All zero where there is none.
    function _lastPoint(Checkpoints.Trace208 storage points, uint256 time)
        private
        view
        returns (uint256 reached, uint256 slope, uint256 votes)
    {
        (, uint48 key, uint208 value) = points.latestCheckpoint();
        if (key > time) {
            (uint256 low, uint256 high) = (0, points.length() - 1);
            (key, value) = (0, 0);
            while (low < high) {
                uint256 middle = (low + high) / 2;
                Checkpoints.Checkpoint208 memory found = points.pos(uint32(middle));
                if (found._key > time) {
                    high = middle;
                } else {
                    (low, key, value) = (middle + 1, found._key, found._value);
                }
            }
        }
        return (key, value >> 112, uint112(value));
    }
}
