'use strict';

/**
 * A plain implementation of the specified design: Express, Sequelize, express-validator, jsonwebtoken and bcryptjs in one file. The pool has
 * five connections. A booking is one transaction with SELECT … FOR UPDATE. The benchmark compares with it, so it is neither tuned nor
 * slowed: docs/performance.md lists what was checked.
 */
const { createSecretKey } = require('node:crypto');
const bcrypt = require('bcryptjs');
const express = require('express');
const { body, param, validationResult } = require('express-validator');
const jwt = require('jsonwebtoken');
const { DataTypes, Sequelize } = require('sequelize');

const { PORT = '3000', DB_HOST = 'localhost', DB_PORT = '3306', DB_NAME = 'gdgoc', DB_USER = 'fullstack', DB_PASSWORD = '' } = process.env;
const { JWT_SECRET, JWT_EXPIRES_IN = '7d', TUNED } = process.env;

/**
 * The variant `tuned` uses two facts that few readers of the specification would know. It is measured for the record. On Node 20
 * jsonwebtoken first tries a text secret as a public key. Sequelize makes an instance of every row that it reads.
 */
const JWT_KEY = TUNED ? createSecretKey(Buffer.from(JWT_SECRET)) : JWT_SECRET;
const READS = TUNED ? { raw: true, nest: true } : {};
const SALT_ROUNDS = 10;

const sequelize = new Sequelize(DB_NAME, DB_USER, DB_PASSWORD, {
  host: DB_HOST,
  port: Number(DB_PORT),
  dialect: 'mysql',
  logging: false,
  pool: { max: 5, min: 0, acquire: 30000, idle: 10000 },
});

const id = { type: DataTypes.UUID, defaultValue: DataTypes.UUIDV4, primaryKey: true };

const User = sequelize.define(
  'User',
  {
    id,
    name: { type: DataTypes.STRING, allowNull: false },
    email: { type: DataTypes.STRING, allowNull: false },
    password: { type: DataTypes.STRING, allowNull: false },
    role: { type: DataTypes.ENUM('user', 'admin'), allowNull: false, defaultValue: 'user' },
  },
  { tableName: 'users', indexes: [{ name: 'idx_users_email', unique: true, fields: ['email'] }] },
);

const Event = sequelize.define(
  'Event',
  {
    id,
    organizer_id: { type: DataTypes.UUID, allowNull: false },
    name: { type: DataTypes.STRING, allowNull: false },
    description: { type: DataTypes.TEXT },
    location: { type: DataTypes.STRING, allowNull: false },
    event_date: { type: DataTypes.DATE, allowNull: false },
    ticket_price: { type: DataTypes.DECIMAL(10, 2), allowNull: false },
    total_tickets: { type: DataTypes.INTEGER, allowNull: false },
    available_tickets: { type: DataTypes.INTEGER, allowNull: false },
  },
  { tableName: 'events', indexes: [{ name: 'idx_events_event_date', fields: ['event_date'] }] },
);

const Booking = sequelize.define(
  'Booking',
  {
    id,
    user_id: { type: DataTypes.UUID, allowNull: false },
    event_id: { type: DataTypes.UUID, allowNull: false },
    quantity: { type: DataTypes.INTEGER, allowNull: false },
    total_price: { type: DataTypes.DECIMAL(12, 2), allowNull: false },
    status: { type: DataTypes.ENUM('pending', 'confirmed', 'cancelled'), allowNull: false, defaultValue: 'confirmed' },
    booking_date: { type: DataTypes.DATE, allowNull: false, defaultValue: DataTypes.NOW },
  },
  { tableName: 'bookings', timestamps: false, indexes: [{ name: 'idx_bookings_user_id', fields: ['user_id'] }] },
);

User.hasMany(Event, { foreignKey: 'organizer_id', as: 'events' });
Event.belongsTo(User, { foreignKey: 'organizer_id', as: 'organizer' });
User.hasMany(Booking, { foreignKey: 'user_id', as: 'bookings' });
Booking.belongsTo(User, { foreignKey: 'user_id', as: 'user' });
Event.hasMany(Booking, { foreignKey: 'event_id', as: 'bookings' });
Booking.belongsTo(Event, { foreignKey: 'event_id', as: 'event' });

const withOrganizer = { model: User, as: 'organizer', attributes: ['id', 'name', 'email'] };
const withUserAndEvent = [
  { model: User, as: 'user', attributes: ['id', 'name', 'email'] },
  { model: Event, as: 'event', attributes: ['id', 'name', 'location', 'event_date'] },
];

const success = (res, status, message, data) =>
  res.status(status).json(data === undefined ? { success: true, message } : { success: true, message, data });
const failure = (res, status, message, errors = null) => res.status(status).json({ success: false, message, errors });

/** Express 4 does not await handlers. */
const handle = (work) => (req, res, next) => work(req, res).catch(next);

function valid(req, res, next) {
  const errors = validationResult(req);
  return errors.isEmpty() ? next() : failure(res, 400, 'Validasi gagal', errors.array());
}

function authenticate(req, res, next) {
  const header = req.headers.authorization;
  if (!header?.startsWith('Bearer ')) return failure(res, 401, 'Token tidak ditemukan');
  try {
    req.user = jwt.verify(header.slice(7), JWT_KEY);
  } catch {
    return failure(res, 401, 'Token tidak valid atau expired');
  }
  return next();
}

const adminOnly = (req, res, next) =>
  req.user.role === 'admin' ? next() : failure(res, 403, 'Akses ditolak. Hanya admin yang dapat melakukan aksi ini');

const tokenFor = (user) => jwt.sign({ id: user.id, email: user.email, role: user.role }, JWT_KEY, { expiresIn: JWT_EXPIRES_IN });
const publicUser = ({ id: userId, name, email, role, createdAt, updatedAt }) => ({ id: userId, name, email, role, createdAt, updatedAt });
const validId = param('id').isUUID();

const app = express();
app.use(express.json());

app.get('/', (_req, res) => success(res, 200, 'Ticket Platform API', { status: 'up' }));

// Authentication
app.post(
  '/api/auth/register',
  body('name').notEmpty(),
  body('email').isEmail(),
  body('password').isLength({ min: 6 }),
  body('role').optional().isIn(['user', 'admin']),
  valid,
  handle(async (req, res) => {
    const { name, email, password, role } = req.body;
    if (await User.findOne({ where: { email } })) return failure(res, 400, 'Email sudah terdaftar');
    const user = await User.create({ name, email, role, password: await bcrypt.hash(password, SALT_ROUNDS) });
    return success(res, 201, 'Registrasi berhasil', { user: publicUser(user), token: tokenFor(user) });
  }),
);

app.post(
  '/api/auth/login',
  body('email').isEmail(),
  body('password').notEmpty(),
  valid,
  handle(async (req, res) => {
    const user = await User.findOne({ where: { email: req.body.email } });
    if (!user || !(await bcrypt.compare(req.body.password, user.password))) return failure(res, 401, 'Email atau password salah');
    return success(res, 200, 'Login berhasil', { user: publicUser(user), token: tokenFor(user) });
  }),
);

app.get(
  '/api/auth/me',
  authenticate,
  handle(async (req, res) => {
    const user = await User.findByPk(req.user.id, { attributes: { exclude: ['password'] } });
    return user ? success(res, 200, 'Data user', user) : failure(res, 404, 'User tidak ditemukan');
  }),
);

// Events
app.get(
  '/api/events',
  handle(async (_req, res) => success(res, 200, 'Berhasil mengambil data events', await Event.findAll({ include: withOrganizer, ...READS }))),
);

app.get(
  '/api/events/:id',
  validId,
  valid,
  handle(async (req, res) => {
    const event = await Event.findByPk(req.params.id, { include: withOrganizer, ...READS });
    return event ? success(res, 200, 'Berhasil mengambil data event', event) : failure(res, 404, 'Event tidak ditemukan');
  }),
);

app.post(
  '/api/events',
  authenticate,
  adminOnly,
  body('name').notEmpty(),
  body('location').notEmpty(),
  body('event_date').isISO8601(),
  body('ticket_price').isFloat({ min: 0 }),
  body('total_tickets').isInt({ min: 1 }),
  valid,
  handle(async (req, res) => {
    const { name, description, location, event_date, ticket_price, total_tickets } = req.body;
    const values = { name, description, location, event_date, ticket_price, total_tickets };
    const event = await Event.create({ ...values, available_tickets: total_tickets, organizer_id: req.user.id });
    return success(res, 201, 'Event berhasil dibuat', event);
  }),
);

// Bookings
app.get(
  '/api/bookings',
  authenticate,
  handle(async (req, res) => {
    const where = req.user.role === 'admin' ? {} : { user_id: req.user.id };
    return success(res, 200, 'Berhasil mengambil data bookings', await Booking.findAll({ where, include: withUserAndEvent, ...READS }));
  }),
);

app.get(
  '/api/bookings/:id',
  authenticate,
  validId,
  valid,
  handle(async (req, res) => {
    const booking = await Booking.findByPk(req.params.id, { include: withUserAndEvent });
    if (!booking) return failure(res, 404, 'Booking tidak ditemukan');
    if (!mayTouch(req.user, booking)) return failure(res, 403, 'Akses ditolak');
    return success(res, 200, 'Berhasil mengambil data booking', booking);
  }),
);

app.post(
  '/api/bookings',
  authenticate,
  body('event_id').isUUID(),
  body('quantity').isInt({ min: 1 }),
  valid,
  handle(async (req, res) => {
    const { event_id } = req.body;
    const quantity = Number(req.body.quantity);
    const booking = await sequelize.transaction(async (transaction) => {
      const event = await Event.findByPk(event_id, { transaction, lock: transaction.LOCK.UPDATE });
      if (!event) throw new Refused(404, 'Event tidak ditemukan');
      const available = event.available_tickets;
      if (available < quantity) throw new Refused(400, 'Stok tiket tidak mencukupi', { available, requested: quantity });
      await event.decrement('available_tickets', { by: quantity, transaction });
      const total_price = (Number(event.ticket_price) * quantity).toFixed(2);
      return Booking.create({ user_id: req.user.id, event_id, quantity, total_price, status: 'confirmed' }, { transaction });
    });
    return success(res, 201, 'Booking berhasil dibuat', booking);
  }),
);

app.patch(
  '/api/bookings/:id/status',
  authenticate,
  validId,
  body('status').isIn(['pending', 'confirmed', 'cancelled']),
  valid,
  handle(async (req, res) => {
    const booking = await sequelize.transaction(async (transaction) => {
      const { found, event } = await lockBooking(req, transaction);
      const { status } = req.body;
      const change = held(found.status, found.quantity) - held(status, found.quantity);
      if (event.available_tickets + change < 0) {
        throw new Refused(400, 'Stok tiket tidak mencukupi', { available: event.available_tickets, requested: found.quantity });
      }
      if (change !== 0) await event.update({ available_tickets: event.available_tickets + change }, { transaction });
      return found.update({ status }, { transaction });
    });
    return success(res, 200, 'Status booking berhasil diupdate', booking);
  }),
);

app.delete(
  '/api/bookings/:id',
  authenticate,
  validId,
  valid,
  handle(async (req, res) => {
    await sequelize.transaction(async (transaction) => {
      const { found, event } = await lockBooking(req, transaction);
      const change = held(found.status, found.quantity);
      if (change !== 0) await event.update({ available_tickets: event.available_tickets + change }, { transaction });
      await found.destroy({ transaction });
    });
    return success(res, 200, 'Booking berhasil dihapus');
  }),
);

app.use((_req, res) => failure(res, 404, 'Endpoint tidak ditemukan'));
app.use((error, _req, res, _next) =>
  error instanceof Refused
    ? failure(res, error.status, error.message, error.errors)
    : failure(res, error.status ?? 500, 'Terjadi kesalahan pada server'),
);

class Refused extends Error {
  constructor(status, message, errors = null) {
    super(message);
    this.status = status;
    this.errors = errors;
  }
}

const mayTouch = (user, booking) => user.role === 'admin' || booking.user_id === user.id;
const held = (status, quantity) => (status === 'cancelled' ? 0 : quantity);

async function lockBooking(req, transaction) {
  const known = await Booking.findByPk(req.params.id, { transaction, attributes: ['event_id'] });
  const event = known && (await Event.findByPk(known.event_id, { transaction, lock: transaction.LOCK.UPDATE }));
  const found = event && (await Booking.findByPk(req.params.id, { transaction, lock: transaction.LOCK.UPDATE }));
  if (!found) throw new Refused(404, 'Booking tidak ditemukan');
  if (!mayTouch(req.user, found)) throw new Refused(403, 'Akses ditolak');
  return { found, event };
}

async function main() {
  await sequelize.sync();
  const server = app.listen(Number(PORT), '127.0.0.1', () => {
    console.log(`Reference listens on http://127.0.0.1:${server.address().port}`);
  });
}

main();
