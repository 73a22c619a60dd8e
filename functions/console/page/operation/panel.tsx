import type { ComponentChildren } from 'preact';
import type { Resource } from '../api/use-resource.ts';
import { Loading, PartFault } from '../parts/fault.tsx';

/** A part of the view that asks for something of its own: what it got, or why not, or that it waits. */
export function Panel<T>(props: {
  title: string;
  resource: Resource<T>;
  children: (data: T) => ComponentChildren;
}) {
  const { title, resource, children } = props;
  const { data, fault, reload } = resource;
  return (
    <section aria-label={title}>
      <h2>{title}</h2>
      {data !== undefined && children(data)}
      {data === undefined && fault && <PartFault fault={fault} onRetry={reload} />}
      {data === undefined && !fault && <Loading what={title.toLowerCase()} />}
    </section>
  );
}
