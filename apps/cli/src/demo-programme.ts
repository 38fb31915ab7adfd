import type { NewEvent } from '@ticket/domain';

export const ORGANIZER = { name: 'Rani Wulandari', email: 'rani@demo.example' } as const;

const NAMES = ['Adi Pratama', 'Budi Santoso', 'Citra Lestari', 'Dewi Anggraini', 'Eko Nugroho', 'Fitri Handayani', 'Gilang Ramadhan', 'Hana Putri'];
export const BUYERS = NAMES.map((name) => ({ name, email: `${(name.split(' ')[0] ?? '').toLowerCase()}@demo.example` }));

/** Each event comes so many days after today, in the evening in Palembang. */
const PROGRAMME = [
  {
    days: 6,
    name: 'Malam Jazz di Tepi Musi',
    location: 'Benteng Kuto Besak, Palembang',
    price: 150_000,
    totalTickets: 400,
    description: 'Tiga band, satu panggung terapung.',
  },
  {
    days: 9,
    name: 'GDGoC Tech Talk: Backend',
    location: 'UNSRI Palembang',
    price: 25_000,
    totalTickets: 120,
    description: 'Workshop backend development',
  },
  { days: 13, name: 'Festival Pempek', location: 'Taman Kambang Iwak', price: 0, totalTickets: 2000, description: 'Masuk gratis, bawa selera.' },
  {
    days: 16,
    name: 'Wayang Palembang',
    location: 'Taman Budaya Sriwijaya',
    price: 50_000,
    totalTickets: 12,
    description: 'Pertunjukan terakhir musim ini. 🎭',
  },
  { days: 20, name: 'Stand-up Komedi Akhir Pekan', location: 'Gedung Kesenian', price: 75_000, totalTickets: 250, description: null },
  { days: 27, name: 'Konser Akustik', location: 'Jakabaring Sport City', price: 99_500, totalTickets: 800, description: 'Pintu dibuka pukul 17.00.' },
  { days: 34, name: 'Lari Pagi 10K', location: 'Jembatan Ampera', price: 180_000, totalTickets: 1500, description: 'Termasuk kaus dan medali.' },
  {
    days: 48,
    name: 'Bioskop Terbuka: Film Pendek',
    location: 'Kampus UIN Raden Fatah',
    price: 20_000,
    totalTickets: 90,
    description: 'Enam film pendek dari Sumatra.',
  },
] as const;

const DAY_MS = 86_400_000;
/** 19:00 in Palembang, which is seven hours ahead of UTC. */
const EVENING_UTC_HOURS = 12;

/** The programme as it is on this day. */
export const plansFrom = (now: Date): readonly NewEvent[] =>
  PROGRAMME.map(({ days, price, ...plan }) => {
    const day = new Date(now.getTime() + days * DAY_MS);
    return { ...plan, ticketPriceCents: Math.round(price * 100), eventDate: new Date(day.setUTCHours(EVENING_UTC_HOURS, 0, 0, 0)) };
  });

/** Tickets that a buyer orders of an event, 0 to 4. The fourth event sells out. */
export const quantityOf = (event: number, buyer: number): number => (event === 3 ? ([4, 3, 2, 2, 1][buyer] ?? 0) : (event * 3 + buyer * 2) % 5);
