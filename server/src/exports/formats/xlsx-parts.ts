// The parts of a workbook beside its sheets (ECMA-376, part 1, 12.2 and 18).

export const xml = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
export const sheetNs = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
const packageNs = 'http://schemas.openxmlformats.org/package/2006'
const officeNs = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const sheetType = 'application/vnd.openxmlformats-officedocument.spreadsheetml'

/** Indexes into `cellXfs` of {@link stylesPart}. */
export const styles = { plain: 0, header: 1, date: 2, time: 3, timeMillis: 4, moment: 5, momentMillis: 6, quoted: 7 }

const numberFormats = [
  'yyyy\\-mm\\-dd',
  'hh:mm:ss',
  'hh:mm:ss.000',
  'yyyy\\-mm\\-dd\\ hh:mm:ss',
  'yyyy\\-mm\\-dd\\ hh:mm:ss.000',
]
/** Ids below are built into Excel. */
const FIRST_FORMAT = 164

/**
 * `quotePrefix` is what typing an apostrophe before a text does: the text stays one also when somebody edits it, which
 * would turn `=1+1` into a formula otherwise.
 */
export const stylesPart = `${xml}<styleSheet xmlns="${sheetNs}"><numFmts count="${numberFormats.length}">${numberFormats
  .map((format, at) => `<numFmt numFmtId="${FIRST_FORMAT + at}" formatCode="${format}"/>`)
  .join(
    '',
  )}</numFmts><fonts count="2"><font><sz val="11"/><name val="Calibri"/><family val="2"/></font><font><b/><sz val="11"/><name val="Calibri"/><family val="2"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="${3 + numberFormats.length}"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/><xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>${numberFormats
  .map(
    (_, at) =>
      `<xf numFmtId="${FIRST_FORMAT + at}" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>`,
  )
  .join(
    '',
  )}<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0" quotePrefix="1"/></cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`

export const packageRelations = `${xml}<Relationships xmlns="${packageNs}/relationships"><Relationship Id="rId1" Type="${officeNs}/officeDocument" Target="xl/workbook.xml"/></Relationships>`

/** One sheet that has been written. `range` is what its filter covers, such as `$A$1:$J$100`. */
export interface WrittenSheet {
  name: string
  range: string
}

export const contentTypesPart = (sheets: WrittenSheet[]) =>
  `${xml}<Types xmlns="${packageNs}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${sheetType}.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="${sheetType}.styles+xml"/>${sheets
    .map((_, at) => `<Override PartName="/${sheetPath(at)}" ContentType="${sheetType}.worksheet+xml"/>`)
    .join('')}</Types>`

export const workbookRelations = (sheets: WrittenSheet[]) =>
  `${xml}<Relationships xmlns="${packageNs}/relationships">${sheets
    .map(
      (_, at) =>
        `<Relationship Id="rId${at + 1}" Type="${officeNs}/worksheet" Target="${sheetPath(at).slice('xl/'.length)}"/>`,
    )
    .join(
      '',
    )}<Relationship Id="rId${sheets.length + 1}" Type="${officeNs}/styles" Target="styles.xml"/></Relationships>`

/** Excel keeps the range of a sheet's filter under a hidden name too. */
export const workbookPart = (sheets: WrittenSheet[]) =>
  `${xml}<workbook xmlns="${sheetNs}" xmlns:r="${officeNs}"><sheets>${sheets
    .map(({ name }, at) => `<sheet name="${name}" sheetId="${at + 1}" r:id="rId${at + 1}"/>`)
    .join('')}</sheets><definedNames>${sheets
    .map(
      ({ name, range }, at) =>
        `<definedName name="_xlnm._FilterDatabase" localSheetId="${at}" hidden="1">'${name}'!${range}</definedName>`,
    )
    .join('')}</definedNames></workbook>`

export const sheetPath = (at: number) => `xl/worksheets/sheet${at + 1}.xml`
export const sheetName = (at: number) => (at === 0 ? 'Export' : `Export ${at + 1}`)
