import type { ComponentChildren } from 'preact';

/** Names with their values, one a line. */
export function Facts({ facts }: { facts: readonly (readonly [name: string, value: ComponentChildren])[] }) {
  return (
    <dl class="facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd class="literal">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** A sha256, of which a person compares the beginning; the whole is its title. */
export const Sha = ({ sha256 }: { sha256: string }) => <code title={sha256}>{sha256.slice(0, 12)}</code>;
