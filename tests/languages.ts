import type { Language } from '../packages/adapters/src/languages.ts';

/** The texts of a language in a catalogue. Those with a limit are functions, and are left out. */
export const textsIn = (catalogue: object, language: Language): string[] =>
  Object.values(catalogue).flatMap((entry: unknown) => {
    if (typeof entry !== 'object' || entry === null) return [];
    const text: unknown = Reflect.get(entry, language);
    return typeof text === 'string' ? [text] : textsIn(entry, language);
  });

/** Words of the Indonesian messages that are no words of English or of the API. */
export const INDONESIAN =
  /\b(?:tidak|harus|sudah|belum|sedang|masih|berhasil|wajib|maksimal|minimal|terlalu|banyak|yang|dan|atau|untuk|dari|dapat|berupa|gagal|salah|siap|berjalan|ditolak|permintaan|karakter|tiket|bilangan|angka|sampai|dengan|paling|berisi|teks|kata|lain|ukuran|layanan|hasil|akses|jumlah|stok)\b/iu;
