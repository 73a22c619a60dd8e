import type { ComponentChildren } from 'preact';

/** Text that a screen reader says when it changes. */
export const Announce = ({ children }: { children: ComponentChildren }) => (
  <p role="status" aria-live="polite" class="announce">
    {children}
  </p>
);
