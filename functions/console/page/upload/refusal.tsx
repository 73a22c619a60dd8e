import { whole } from '../words.ts';
import { type Contract, withLabel } from './contract-edits.ts';
import { FixButtons } from './fix-buttons.tsx';

/** Why a file is refused: where, why, what mends it, and buttons that do. */
export function Refusal(props: {
  title: string;
  refusal: { readonly message: string; readonly line: number | null; readonly fix: string | null };
  contract: Contract;
  onFix: (next: Contract) => void;
  /** Columns that look more like a label than the one that was chosen. */
  likelier?: readonly string[];
}) {
  const { title, refusal, contract, onFix, likelier = [] } = props;
  const { message, line, fix } = refusal;
  const isLineSaid = line === null || message.toLowerCase().startsWith(`line ${line}`);
  return (
    <section class="notice bad" role="alert" aria-label="Refusal">
      <h2>{title}</h2>
      <p class="literal">
        {!isLineSaid && <strong>Line {whole(line)}: </strong>}
        {message}
      </p>
      {fix !== null && <p class="literal">{fix}</p>}
      {likelier.length > 0 && (
        <span class="row">
          {likelier.map((name) => (
            <button type="button" key={name} onClick={() => onFix(withLabel(contract, name))}>
              Predict <bdi>{name}</bdi> instead
            </button>
          ))}
        </span>
      )}
      <FixButtons fix={fix} contract={contract} onFix={onFix} />
    </section>
  );
}
