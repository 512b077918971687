/** What every answer of the console says besides: no other page frames it, no file of it is taken for another type. */
const COMMON = [
  'X-Content-Type-Options',
  'nosniff',
  'Referrer-Policy',
  'no-referrer',
  'Cross-Origin-Opener-Policy',
  'same-origin',
  'Cross-Origin-Resource-Policy',
  'same-origin',
] as const;

/**
 * Content Security Policy level 3 of the page: scripts are the console's own files, styles besides those with the nonce
 * of this answer, and nothing is loaded from or sent to anywhere else.
 */
function policyOf(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** Headers of the page itself, which is made anew for each request. */
export function pageHeaders(nonce: string): string[] {
  return [
    'Content-Type',
    'text/html; charset=utf-8',
    'Cache-Control',
    'no-store',
    'Content-Security-Policy',
    policyOf(nonce),
    'Permissions-Policy',
    'camera=(), microphone=(), geolocation=(), publickey-credentials-get=(self), publickey-credentials-create=(self)',
    ...COMMON,
  ];
}

/** Headers of a file whose name changes whenever its bytes do. */
export function fileHeaders(type: string, encoding: string | undefined): string[] {
  return [
    'Content-Type',
    type,
    'Cache-Control',
    'public, max-age=31536000, immutable',
    'Vary',
    'Accept-Encoding',
    ...(encoding === undefined ? [] : ['Content-Encoding', encoding]),
    ...COMMON,
  ];
}
