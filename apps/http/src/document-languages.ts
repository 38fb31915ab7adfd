import { LANGUAGES, type Language, type Languages } from '@ticket/adapters';
import type { generateSpecs } from 'hono-openapi';
import type { Message } from './messages.ts';

const NAMES: Message = { id: 'Indonesian', en: 'English' };

/** What the document says of messages. */
export function languageSentence([first, ...others]: Languages): string {
  const also = others.map((language) => ` or ${NAMES[language]} (\`${language}\`)`).join('');
  return others.length === 0
    ? `\`message\` is ${NAMES[first]}, for people.`
    : `\`message\` is for people, in ${NAMES[first]} (\`${first}\`)${also}, as \`Accept-Language\` asks. \`Content-Language\` says which.`;
}

const LANGUAGE_HEADER = { description: 'The language of the messages in a JSON body.', schema: { type: 'string' } };
const parameterOf = ([first]: Languages) => ({
  in: 'header',
  name: 'Accept-Language',
  required: false,
  description: `The languages that you read, such as \`en-GB, en;q=0.9\`. If the server has none of them, messages are ${NAMES[first]}.`,
  schema: { type: 'string' },
});

type Specs = Awaited<ReturnType<typeof generateSpecs>>;
interface Response {
  headers?: object;
  readonly content?: object;
}
/** What is changed in the document. */
interface Changed {
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { readonly parameters: object[]; readonly responses: Readonly<Record<string, Response>> }>>>
  >;
  readonly components: { readonly responses: Readonly<Record<string, Response>> };
}

/** The text of the document with examples in the server's languages. If a client can choose, every operation says how. */
export function inLanguages(specs: Specs, languages: Languages): string {
  const text = JSON.stringify(specs, (name: string, value: unknown) =>
    name === 'examples' && Array.isArray(value)
      ? value.flatMap((example: unknown) => (hasMessage(example) ? languages.map((language) => inLanguage(example, language)) : [example]))
      : value,
  );
  if (languages.length === 1) return text;
  const document: Changed = JSON.parse(text);
  const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods));
  for (const { parameters } of operations) parameters.push(parameterOf(languages));
  const responses = [document.components.responses, ...operations.map((operation) => operation.responses)].flatMap((all) => Object.values(all));
  for (const response of responses)
    if (response.content !== undefined) response.headers = { ...response.headers, 'Content-Language': LANGUAGE_HEADER };
  return JSON.stringify(document);
}

/** Only messages have exactly one text for each language. */
const isMessage = (value: unknown): value is Message => typeof value === 'object' && value !== null && Object.keys(value).join() === LANGUAGES.join();

const hasMessage = (value: unknown): boolean =>
  isMessage(value) || (typeof value === 'object' && value !== null && Object.values(value).some(hasMessage));

/** The example with its messages in one language. */
const inLanguage = (example: unknown, language: Language): unknown =>
  JSON.parse(JSON.stringify(example, (_, value: unknown) => (isMessage(value) ? value[language] : value)));
