import type { ComponentChildren } from 'preact';
import type { ApiFault } from '../api/fault.ts';
import { hashOf } from '../location.ts';
import { TokenForm } from '../token/token-form.tsx';

/** What a view shows instead of what it could not get, with what to do about it. */
export function Fault({ fault, onRetry }: { fault: ApiFault; onRetry?: () => void }) {
  if (fault.kind === 'unauthorized') return <TokenForm />;
  return (
    <section class="notice bad" role="alert">
      <h2>{TITLES[fault.kind]}</h2>
      <p class="literal">
        {fault.kind === 'offline' ? 'It is asked again every few seconds.' : fault.message}
      </p>
      <FaultDetails fault={fault} />
      {fault.kind === 'forbidden' && (
        <p>
          Use another token, or make one with <code>npm run token -- create --scope ...</code>
        </p>
      )}
      {fault.kind === 'missing' && (
        <p>
          <a href={hashOf([])}>All models</a>
        </p>
      )}
      {onRetry && fault.kind !== 'forbidden' && (
        <button type="button" onClick={onRetry}>
          Try again
        </button>
      )}
    </section>
  );
}

/** The same for a part of a view: that nothing answers at all is said once, by the view and above it. */
export const PartFault = (props: { fault: ApiFault; onRetry: () => void }) =>
  props.fault.kind === 'offline' ? <p class="soft">Waiting for the API</p> : <Fault {...props} />;

const TITLES: Readonly<Record<ApiFault['kind'], string>> = {
  offline: 'The API does not answer',
  unauthorized: 'A token is needed',
  forbidden: 'The token does not allow this',
  missing: 'There is nothing here',
  conflict: 'Someone else decided first',
  invalid: 'The API did not accept this',
  unavailable: 'Not available right now',
  server: 'Something went wrong',
};

/** The faults by their paths, and what to quote to whoever runs the system. */
export function FaultDetails({ fault: { problem, message } }: { fault: ApiFault }) {
  const others = (problem.errors ?? []).filter((each) => !message.includes(each.message));
  return (
    <>
      {others.length > 0 && (
        <ul>
          {others.map(({ path, message: text }) => (
            <li key={path} class="literal">
              <code>{path}</code>: {text}
            </li>
          ))}
        </ul>
      )}
      {problem.request_id !== undefined && <p class="soft small">Request {problem.request_id}</p>}
    </>
  );
}

export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <section class="notice">
      <h2>{title}</h2>
      {children}
    </section>
  );
}

/** Stands where something will be, in about its height, so that nothing jumps. */
export function Loading({ what, lines = 3 }: { what: string; lines?: number }) {
  return (
    <div class="loading" role="status">
      <span class="unseen">Loading {what}</span>
      {Array.from({ length: lines }, (_, line) => (
        <div key={line} class="skeleton" />
      ))}
    </div>
  );
}
