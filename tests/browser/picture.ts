import type { Page } from 'playwright-core';

/** A view of the console in one state. */
export interface Picture {
  readonly name: string;
  readonly view: string;
  /** Brings the view to what the picture shows. */
  ready(page: Page): Promise<unknown>;
}

export const seen = (page: Page, text: string | RegExp) => page.getByText(text).first().waitFor();
