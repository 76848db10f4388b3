use super::*;
use proptest::prelude::*;

fn sheet(file: &str) -> Sheet {
    Sheet::read(file.as_bytes(), &Reading::default()).unwrap()
}

fn problem(file: &[u8]) -> String {
    Sheet::read(file, &Reading::default()).unwrap_err().to_string()
}

#[test]
fn the_separator_is_inferred() {
    for (file, separator) in [
        ("a,b\n1,2\n", Separator::Comma),
        ("a;b\n1,5;2\n", Separator::Semicolon),
        ("1,5;2,5\n3,5;4,5\n", Separator::Semicolon),
        ("a\tb\n1;2\t3\n", Separator::Tab),
        ("a|b\r\n1|2\r\n", Separator::Pipe),
        ("a,b\n\"1;2\",3\n", Separator::Comma),
    ] {
        let sheet = sheet(file);
        assert_eq!((sheet.separator(), sheet.names().len()), (separator, 2), "{file}");
    }
}

#[test]
fn the_header_is_inferred() {
    assert_eq!(sheet("a,b\n1,x\n").names(), ["a", "b"]);
    assert_eq!(sheet("1,x\n2,y\n").names(), ["column 1", "column 2"]);
    assert!(sheet("colour,kind\nred,x\nred,y\nblue,x\nblue,y\n").has_header());
    assert!(!sheet("red,x\nred,y\nblue,x\nblue,y\n").has_header());
    assert_eq!(sheet("0,1,label\n5,6,x\n7,8,y\n").names(), ["0", "1", "label"]);
    assert_eq!(sheet("0,label\n1,label\n2,other\n").names(), ["column 1", "column 2"]);
    assert_eq!(problem(b"a,b,label\n"), "a file without a row of values");
    let told = Reading { header: Some(false), ..Reading::default() };
    assert_eq!(Sheet::read(b"a,b\n1,x\n", &told).unwrap().rows(), 2);
}

#[test]
fn names_are_given_once() {
    assert_eq!(sheet(",a,a,a 3\n1,2,3,4\n").names(), ["column 1", "a", "a 3", "a 3 4"]);
    let long = format!("{},b\n1,2\n", "n".repeat(100));
    assert_eq!(sheet(&long).names()[0].len(), NAME_CHARS_MAX);
}

#[test]
fn quotes_spaces_empty_lines_and_a_byte_order_mark_are_understood() {
    let sheet = sheet("\u{feff}name, note\r\n\r\n 1 ,\"a, \"\"b\"\"\nc\"\r\n\n2,");
    assert_eq!(sheet.names(), ["name", "note"]);
    assert_eq!(sheet.rows(), 2);
    assert_eq!((sheet.cell(0, 0), sheet.cell(0, 1)), ("1", "a, \"b\"\nc"));
    assert_eq!((sheet.cell(1, 0), sheet.cell(1, 1)), ("2", ""));
}

#[test]
fn the_line_that_is_wrong_is_named() {
    assert!(problem(b"a,b\n1,2\n\xff,3\n").contains("line 3 is not text"));
    assert!(problem(b"\xff\xfea\0,\0").contains("line 1 is not text"));
    let ragged = problem(b"a,b\n1,2\n\n1,2,3\n4,5\n");
    assert!(ragged.contains("line 4 has 3 cells where the first line has 2"), "{ragged}");
    assert!(ragged.contains("separators are commas"), "{ragged}");
    assert!(problem(b"a,b\r1,2\r1,2,3\r").contains("line 3 has 3 cells"));
    let open = format!("a,b\n1,\"2\n{}", "3,4\n".repeat(20_000));
    assert!(problem(open.as_bytes()).contains("is a double quote not closed?"));
    assert_eq!(problem(b""), "a file without a row of values");
    assert_eq!(problem(b"\n\r\n"), "a file without a row of values");
    let header = Reading { header: Some(true), ..Reading::default() };
    assert_eq!(Sheet::read(b"a,b\n", &header), Err(SheetError::Empty));
}

#[test]
fn a_stray_quote_swallows_no_rows() {
    for (file, line) in [
        ("a,b\n1,\"x\n2,y\n", 2),
        ("a,b\n\n1,\"\n2,y\n", 3),
        ("size,label\n\"5,a\n6,b\n\"7,a\n", 2),
        ("a,b\n1,\"x\"y\n", 2),
        ("a,b\n1,\"x\"\"\n", 2),
    ] {
        let problem = problem(file.as_bytes());
        assert!(problem.contains(&format!("line {line} has a double quote")), "{file}: {problem}");
    }
    let sheet = sheet("a,b\n\"\"\"x\"\"\" ,\"\"\n\"5\",6\" pipe\n");
    let cells = [sheet.cell(0, 0), sheet.cell(0, 1), sheet.cell(1, 0), sheet.cell(1, 1)];
    assert_eq!(cells, ["\"x\"", "", "5", "6\" pipe"]);
}

#[test]
fn a_first_line_may_tell_the_separator() {
    for file in ["sep=;\na,1;b\n2,5;x\n", "sep=;\r\na,1;b\r\n2,5;x\r\n"] {
        assert_eq!(sheet(file).names(), ["a,1", "b"]);
    }
    assert_eq!(sheet("sep=,b\n1,x\n").names(), ["sep=", "b"]);
}

#[test]
fn a_hundred_thousand_columns_are_refused_with_what_is_possible() {
    let wide = "1,".repeat(100_000);
    assert!(problem(wide.as_bytes()).contains("more than 4096 columns"));
    let large = vec![b'1'; FILE_BYTES_MAX + 1];
    assert!(problem(&large).contains("at most 67108864 are possible"));
}

#[test]
fn too_many_rows_or_cells_are_refused() {
    assert_eq!(
        problem("1,2\n".repeat(neural::ROWS_MAX + 2).as_bytes()),
        SheetError::Rows.to_string()
    );
    let row = format!("{}1\n", ",".repeat(COLUMNS_MAX - 1));
    let cells = row.repeat(CELLS_MAX / COLUMNS_MAX + 1);
    assert_eq!(problem(cells.as_bytes()), SheetError::Cells.to_string());
}

proptest! {
    #[test]
    fn any_bytes_are_a_sheet_or_an_error(file in any::<Vec<u8>>()) {
        let _ = Sheet::read(&file, &Reading::default());
    }

    #[test]
    fn any_text_gives_whole_rows(file in "[a-c0-2,;|\t\"\n\r é.-]{0,200}") {
        if let Ok(sheet) = Sheet::read(file.as_bytes(), &Reading::default()) {
            for row in 0..sheet.rows() {
                for column in 0..sheet.names().len() {
                    let cell = sheet.cell(row, column);
                    prop_assert_eq!(cell.trim(), cell);
                }
            }
        }
    }
}
