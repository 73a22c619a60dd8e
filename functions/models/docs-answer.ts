import { staticPage } from '../../lib/http/static-page.ts';

/**
 * The page may load scripts and styles and send requests only from and to its own origin. The style sheet's
 * icons are data: URLs.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/**
 * Serves the page at /docs and the files that it loads. The page shows the OpenAPI document and can send its
 * requests.
 *
 * @param folder where the build put the files, each compressed as `<name>.gz`; ends with a slash
 */
export const docsAnswers = (folder: URL) =>
  staticPage({ folder, html: 'page.html', contentSecurityPolicy: CONTENT_SECURITY_POLICY, path: '/docs' });
