import type { Environment } from './config-names.ts';

/** Origins in the form that browsers send. A star is refused, because then every web page could read what its visitor may read. */
export function originsOf(env: Environment, faults: string[]): readonly string[] {
  const origins = (env['CORS_ORIGINS'] ?? '').split(',').flatMap((origin) => origin.trim() || []);
  const isOrigin = (text: string) => /^https?:[^*]+$/.test(text) && URL.canParse(text) && new URL(text).origin === text;
  for (const origin of origins.filter((text) => !isOrigin(text))) {
    faults.push(`CORS_ORIGINS: ${origin} is no origin; give each as a browser sends it, such as https://tickets.example, separated by commas`);
  }
  return origins;
}
