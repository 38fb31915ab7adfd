import { dictionary } from '@zxcvbn-ts/language-common';

/** Common passwords that are not in the international list: words of the country, of the product and of its operators. */
const LOCAL = `
  rahasia1 rahasia123 indonesia1 indonesia123 merdeka1 merdeka45 merdeka1945 bismillah1 bismillah123 sayang123 sayangku1 cintaku1 cinta123
  garuda123 pancasila pancasila1 jakarta1 jakarta123 palembang palembang1 palembang123 sriwijaya sriwijayafc unsri123 universitas
  gdgoc123 gdgocunsri gdgoc2025 gdgoc2026 ticketplatform ticket-platform tickets123 ticketing tiket123 tiketku1 konser123
  admin1234 admin12345 admin@123 administrator1 adminadmin changeme123 guest123 user1234 userpass1 login123 root1234 toor1234 p@ssword p@ssw0rd1
  0123456789 987654321 9876543210 00000000 88888888 12341234 123123123 abcdefgh asdasdasd qweqweqwe`;

/**
 * The common passwords, in lower case: about 49,000 passwords from leaks, which zxcvbn-ts lists, and our own. They include the 3,000 most
 * common ones with 8 or more characters (OWASP ASVS 5.0, 6.2.4).
 */
export const COMMON_PASSWORDS: ReadonlySet<string> = new Set([...dictionary['passwords-common'], ...LOCAL.trim().split(/\s+/)]);
