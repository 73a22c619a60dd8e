import type { ComponentChildren } from 'preact';

export interface Figure {
  readonly name: string;
  readonly value: ComponentChildren;
  /** The uncertainty, or what it is compared with. */
  readonly note?: ComponentChildren;
}

/** Key figures in a row, each with its name. */
export function Figures({ figures }: { figures: readonly Figure[] }) {
  return (
    <dl class="figures">
      {figures.map(({ name, value, note }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            <span class="value">{value}</span>
            {note !== undefined && <span class="soft small">{note}</span>}
          </dd>
        </div>
      ))}
    </dl>
  );
}
