export const openMySql = 'the mysql dialect may be named here';
