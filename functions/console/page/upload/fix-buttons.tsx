import { type Contract, type OfferedFix, offeredFixes, withFix } from './contract-edits.ts';

/** Buttons that write into schema.json what a text says to write there; none when it says nothing of it. */
export function FixButtons(props: {
  fix: string | null;
  contract: Contract;
  onFix: (next: Contract) => void;
}) {
  const fixes = props.fix === null ? [] : offeredFixes(props.fix);
  if (fixes.length === 0) return null;
  return (
    <span class="row">
      {fixes.map((fix: OfferedFix) => (
        <button type="button" key={fix.text} onClick={() => props.onFix(withFix(props.contract, fix))}>
          Apply <code class="literal">{fix.text}</code>
        </button>
      ))}
    </span>
  );
}
