use proptest::prelude::*;

use super::*;

fn masked(text: &str) -> String {
    mask(text).expect("the text is short").into_text()
}

#[test]
fn one_value_has_one_placeholder() {
    let text =
        "Anna Kowalska <anna@example.org> and Peter Novak: anna@example.org is Anna Kowalska.";
    assert_eq!(masked(text), "[name 1] <[mail 1]> and [name 2]: [mail 1] is [name 1].");
}

#[test]
fn a_card_is_one_only_if_its_check_digit_is_right() {
    assert_eq!(masked("card 4111 1111 1111 1111 ok"), "card [card 1] ok");
    assert_eq!(masked("card 4111 1111 1111 1112 ok"), "card 4111 1111 1111 1112 ok");
}

#[test]
fn an_account_is_one_only_if_its_check_digits_are_right() {
    for text in
        ["DE89370400440532013000", "DE89 3704 0044 0532 0130 00", "GB29 NWBK 6016 1331 9268 19"]
    {
        assert_eq!(masked(text), "[iban 1]");
    }
    assert_eq!(masked("DE88370400440532013000"), "DE88370400440532013000");
}

#[test]
fn what_only_looks_personal_stays() {
    for text in [
        "Version 10.0.19045.3803 of 2023-12-01, part 4711-0815-99, ISBN 978-3-16-148410-0",
        "commit 9f2b5c1d3e4f5a6b7c8d9e0f1a2b3c4d5e6f7a8b and 550e8400-e29b-41d4-a716-446655440000",
        "May I ask you? Will it rain? Mark the date, and bring a rose from London.",
        "at 12:30:45 it was 127.0.0.1, and std::vec::Vec is a type",
        "Dear Sir or Madam, the password is required.",
        "https://example.com/articles/2024/05/17/a-very-long-title-of-an-article-7f3kq2",
        "getElementsByTagNameNS of HTMLCanvasElement2DContext",
    ] {
        assert_eq!(masked(text), text);
    }
}

#[test]
fn secrets_say_what_they_are_or_look_random() {
    for text in [
        "password: hunter22",
        "the PIN is 4711",
        "log in with password x7Rq,21ab",
        "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
        "key q7Rz0vXk2PwL9tBn4mYc8s",
        "Authorization: Bearer 8f14e45fceea167a5a36dedd4bea2543",
    ] {
        assert!(masked(text).ends_with("[secret 1]"), "{}", masked(text));
    }
}

#[test]
fn numbers_go_on_behind_placeholders_that_were_there() {
    assert_eq!(masked("[mail 3] and a@example.org"), "[mail 3] and [mail 4]");
}

#[test]
fn a_person_takes_back_and_adds() {
    let text = "Anna Kowalska, blue door, anna@example.org";
    let name = find(text).expect("the text is short")[0];
    let door = Finding { start: 15, end: 24, kind: Kind::Address };
    let wishes = Wishes { keep: &[name.range()], add: &[door] };
    let masked = mask_with(text, &wishes).expect("the wishes are parts of the text");
    assert_eq!(masked.text(), "Anna Kowalska, [address 1], [mail 1]");
}

#[test]
fn what_is_added_swallows_what_it_overlaps() {
    let text = "see anna@example.org now";
    let add = [
        Finding { start: 4, end: 8, kind: Kind::Name },
        Finding { start: 21, end: 24, kind: Kind::Name },
    ];
    let masked = mask_with(text, &Wishes { keep: &[], add: &add }).expect("parts of the text");
    assert_eq!(masked.text(), "see [name 1] [name 2]");
}

#[test]
fn wishes_beyond_the_text_or_within_a_character_are_refused() {
    for (start, end) in [(0, 100), (1, 2), (2, 2), (3, 1)] {
        let keep = [Range { start, end }];
        assert_eq!(
            mask_with("äb", &Wishes { keep: &keep, add: &[] }),
            Err(MaskingError::NoPart { start, end })
        );
    }
}

#[test]
fn a_text_that_is_too_long_is_refused() {
    let text = "a".repeat(TEXT_BYTES_MAX + 1);
    assert_eq!(mask(&text), Err(MaskingError::TooLong { size_bytes: TEXT_BYTES_MAX + 1 }));
    assert!(mask(&text[1..]).is_ok());
}

/// Steps that all rules take, in one round.
fn steps(text: &str) -> usize {
    let mut reader = Reader::new(text);
    look(&mut reader);
    reader.steps.get()
}

#[test]
fn the_work_grows_as_the_text_does() {
    let pieces = [
        "a@",
        "@a",
        "1",
        "1 ",
        "1-",
        "(1) ",
        "+1 ",
        "1.",
        "1:",
        ":",
        "a:",
        "-",
        "-----BEGIN ",
        "-----BEGIN PRIVATE KEY-----\n",
        "Anna ",
        "Anna-",
        "Anna'",
        "A. ",
        "Xyz ",
        "von ",
        "Dear ",
        "Dear Anna, ",
        "password ",
        "password: ",
        "DE89 ",
        "rue ",
        "rue de ",
        "Weg ",
        "Weg-",
        "12 rue ",
        "12 Elm ",
        "é",
        "Q7",
        "Q7.",
        "a/",
        "=",
        "a=",
        "\n",
        "\n- ",
        "> ",
        "born ",
        "and ",
        "Anna and ",
        "eyJ.",
        "CA 12345, ",
        "http://a:",
        "[name 1] ",
        "[name ",
        "(",
        "<",
        "Regards,\n",
        "wrote: ",
        "word ",
    ];
    for piece in pieces {
        let [small, large] = [4_096, 32_768].map(|bytes| steps(&piece.repeat(bytes / piece.len())));
        assert!(
            large <= small * 9,
            "{piece:?}: {small} steps, and {large} for eight times the text"
        );
        assert!(large <= 32_768 * 1_500, "{piece:?}: {large} steps");
    }
}

/// Pieces that rules look for, next to each other in every way.
fn piece() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "Anna",
        "Peter Novak",
        "Xyzzy",
        "Dear ",
        "Mr. ",
        "von ",
        "and ",
        ", ",
        " ",
        "\n",
        ".",
        ":",
        "-",
        "'",
        "\"",
        "<",
        ">",
        "(",
        ")",
        "@",
        "example.org",
        "a@b.de",
        "+49 30 901820",
        "030 ",
        "555-123-4567",
        "4111 1111 1111 1111",
        "DE89 3704 0044 0532 0130 00",
        "12 Elm Street",
        "Elm",
        "12",
        "10115 Berlin",
        "Lindenstraße 5",
        "rue de la Paix",
        "via Roma 12",
        "192.0.2.17",
        "2001:db8::17",
        "::",
        "password: ",
        "hunter22",
        "q7Rz0vXk2PwL9tBn4mYc8s",
        "born ",
        "1.2.1990",
        "123-45-6789",
        "passport no. ",
        "wrote:",
        "Regards,\n",
        "[name 1]",
        "[mail 2]",
        "[",
        "]",
        "/",
        "=",
        "https://",
        "-----BEGIN RSA PRIVATE KEY-----",
        "eyJ",
        "É",
        "ß",
        "\u{301}",
        "日本",
        "🙂",
        "\u{a0}",
        "\r\n",
        "O'",
        "A. ",
    ]);
    prop_oneof![4 => known.prop_map(str::to_owned), 1 => any::<String>(), 1 => "[A-Za-z0-9 .@-]{0,12}"]
}

fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(piece(), 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn findings_are_in_order_apart_and_whole_characters(text in text()) {
        let mut end = 0;
        for finding in find(&text).expect("the text is short") {
            prop_assert!(end <= finding.start && finding.start < finding.end);
            prop_assert!(text.get(finding.range()).is_some());
            end = finding.end;
        }
    }

    #[test]
    fn in_a_masked_text_nothing_is_found(text in text()) {
        let once = mask(&text).expect("the text is short");
        prop_assume!(once.text().len() <= TEXT_BYTES_MAX);
        prop_assert_eq!(find(once.text()), Ok(vec![]), "{:?} became {:?}", text, once.text());
    }

    #[test]
    fn what_was_masked_is_gone(text in text()) {
        let masked = mask(&text).expect("the text is short");
        let mut at = 0;
        let mut rest = masked.text();
        for finding in masked.findings() {
            // What was before the finding stands there, and a placeholder where it was.
            let before = &text[at..finding.start];
            rest = rest.strip_prefix(before).expect("the text in front stays");
            let (_, _, end) = placeholder::placeholder_at(rest, 0).expect("a placeholder follows");
            rest = &rest[end..];
            at = finding.end;
        }
        prop_assert_eq!(rest, &text[at..]);
    }
}
