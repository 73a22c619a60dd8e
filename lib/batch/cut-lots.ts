import type { SegmentSummary } from './quote-state.ts';

/** Consecutive records of a table. */
export interface Lot {
  /** Bytes of the table's object, `to` excluded. */
  readonly from: number;
  readonly to: number;
  /** 1-based physical line of the first byte. */
  readonly line: number;
  /** Records and blank lines that end in it: an independent count of what a worker must have read. */
  readonly records: number;
}

/** Where the first segment begins. */
export interface CutStart {
  readonly from: number;
  readonly line: number;
}

/**
 * Cuts a text into lots at the first record boundary of each segment. Only here are the segments put
 * together, so they may have been read in any order, by whoever.
 *
 * @param segments of the whole text from `start` on, in order
 * @param maxLots neighbouring segments share a lot where there are more
 */
export function cutLots(segments: readonly SegmentSummary[], start: CutStart, maxLots: number): Lot[] {
  const share = Math.max(1, Math.ceil(segments.length / maxLots));
  const lots: Lot[] = [];
  let open = { from: start.from, line: start.line, records: 0 };
  let at = start.from;
  let line = start.line;
  let isInside = false;
  let lastBoundary = start.from;
  for (const [index, segment] of segments.entries()) {
    const { boundaries, first, lastOffset } = isInside ? segment.ifInside : segment.ifOutside;
    const cut = first && { from: at + first.offset, line: line + first.lineFeeds };
    if (cut && index > 0 && index % share === 0) {
      // The record that ends at the cut began before it.
      lots.push({ ...open, to: cut.from, records: open.records + 1 });
      open = { ...cut, records: boundaries - 1 };
    } else open.records += boundaries;
    if (boundaries > 0) lastBoundary = at + lastOffset;
    at += segment.sizeBytes;
    line += segment.lineFeeds;
    if (segment.hasOddQuotes) isInside = !isInside;
  }
  const isUnended = lastBoundary < at;
  if (open.from < at || lots.length === 0)
    lots.push({ ...open, to: at, records: open.records + (isUnended ? 1 : 0) });
  return lots;
}
