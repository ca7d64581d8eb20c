//! A table of a page as comma-separated values.

use super::markup::{Piece, Tag, element, inside, pieces, words};

/// Tells programs of offices that the text is UTF-8.
pub(crate) const BOM: &str = "\u{feff}";
/// With these a cell begins that such programs would take for a formula; some take the wide signs
/// of Chinese and Japanese for the narrow ones.
const FORMULA: [char; 10] = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];
/// Columns of a cell that has several values.
const BETWEEN: char = '|';

/// The rows of a table. A cell says in `data-value` what it is for programs, where that is not
/// what is shown, and in `data-more` what belongs into columns of its own behind it.
pub(super) fn rows(table: &str) -> Vec<Vec<String>> {
    without_empty_columns(all_rows(table))
}

/// The same with columns in which nothing stands.
pub(crate) fn all_rows(table: &str) -> Vec<Vec<String>> {
    let mut rows: Vec<Vec<String>> = Vec::new();
    for (place, piece) in pieces(table) {
        match piece {
            Piece::Open(tag) if tag.name == "tr" => rows.push(Vec::new()),
            Piece::Open(tag) if ["th", "td"].contains(&tag.name) => {
                if let Some(row) = rows.last_mut() {
                    row.extend(cells(&tag, element(table, place)));
                }
            }
            _ => {}
        }
    }
    rows
}

fn cells(tag: &Tag<'_>, element: &str) -> Vec<String> {
    let value = tag.attribute("data-value");
    let mut cells = vec![value.unwrap_or_else(|| words(inside(element)))];
    if let Some(more) = tag.attribute("data-more") {
        cells.extend(more.split(BETWEEN).map(str::to_owned));
    }
    cells
}

/// A column in which something is drawn or pressed holds nothing here.
fn without_empty_columns(rows: Vec<Vec<String>>) -> Vec<Vec<String>> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let is_held = |column: &usize| {
        let mut cells = rows.iter().map(|row| row.get(*column));
        cells.any(|cell| cell.is_some_and(|cell| !cell.is_empty()))
    };
    let held: Vec<usize> = (0..columns).filter(is_held).collect();
    let cell = |row: &Vec<String>, column: &usize| row.get(*column).cloned().unwrap_or_default();
    rows.iter()
        .map(|row| held.iter().map(|column| cell(row, column)).collect())
        .collect()
}

/// Rows as RFC 4180 wants them.
pub(crate) fn written(rows: &[Vec<String>]) -> String {
    let mut text = String::new();
    for row in rows {
        let cells: Vec<String> = row.iter().map(|cell| quoted(&guarded(cell))).collect();
        text.push_str(&cells.join(","));
        text.push_str("\r\n");
    }
    text
}

/// A cell that no program takes for a formula: words that begin like one get a sign before them,
/// as those programs write words themselves. Numbers stay numbers.
fn guarded(cell: &str) -> String {
    let is_formula = cell.trim_start_matches(' ').starts_with(FORMULA);
    match is_formula && !is_number(cell) {
        true => format!("'{cell}"),
        false => cell.to_owned(),
    }
}

/// A plain number such as `-1500.5`.
fn is_number(cell: &str) -> bool {
    let (whole, rest) = cell.split_once('.').unwrap_or((cell, "0"));
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
    is_digits(whole.strip_prefix('-').unwrap_or(whole)) && is_digits(rest)
}

fn quoted(cell: &str) -> String {
    match cell.contains([',', '"', '\r', '\n']) {
        true => format!("\"{}\"", cell.replace('"', "\"\"")),
        false => cell.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        let check = |cell: &str, expected: &str| assert_eq!(guarded(cell), expected, "{cell}");
        check("=1+1", "'=1+1");
        check("+49 30", "'+49 30");
        check("-cmd", "'-cmd");
        check("-", "'-");
        check("-1.", "'-1.");
        check("-1-2", "'-1-2");
        check("@sum", "'@sum");
        check("\tx", "'\tx");
        check("\rx", "'\rx");
        check("  =x", "'  =x");
        check("＝1", "'＝1");
        check("-12.50", "-12.50");
        check("-3", "-3");
        check("+3", "'+3");
        check("2011-03", "2011-03");
        check("a=b", "a=b");
        check("", "");
    }

    #[test]
    fn cells_are_quoted_where_they_have_to_be() {
        let row = ["a,b", "say \"hi\"", "two\nlines", "plain", "=x,y"];
        let text = written(&[row.map(str::to_owned).to_vec()]);
        let expected = "\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\",plain,\"'=x,y\"\r\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn tables_become_rows() {
        let table = "<table data-export=\"x\"><caption>not this</caption><thead><tr>\
            <th scope=\"col\">Month</th><th data-more=\"low|high\">Share</th>\
            <th><span class=\"heard\">drawn</span></th></tr></thead><tbody><tr>\
            <th scope=\"row\" data-value=\"2011-03\">March 2011</th>\
            <td data-value=\"0.5\" data-more=\"0.4|0.6\">50 %<small>40–60</small></td>\
            <td><svg><text>1</text></svg></td></tr></tbody></table>";
        let expected = [
            vec!["Month", "Share", "low", "high"],
            vec!["2011-03", "0.5", "0.4", "0.6"],
        ];
        assert_eq!(rows(table), expected);
        assert_eq!(rows("<table></table>"), Vec::<Vec<String>>::new());
    }
}
