/** A Python that has openpyxl (Debian: python3-openpyxl). */
export const python = process.env['PYTHON_WITH_OPENPYXL'] ?? '/usr/bin/python3'
