//! Numbers as people read them.

/// Bytes in the largest decimal unit that leaves at least one whole: `950 B`, `12.3 kB`, `4.0 MB`.
pub fn bytes(count: u64) -> String {
    const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];
    if count < 1_000 {
        return format!("{count} B");
    }
    let mut value = count as f64;
    let mut unit = "B";
    for larger in UNITS {
        // 999.95 would round up to 1000.0.
        if value < 999.95 {
            break;
        }
        value /= 1_000.0;
        unit = larger;
    }
    format!("{value:.1} {unit}")
}

/// A part of one as a percentage with one decimal: `93.4 %`.
pub fn percent(part: f64) -> String {
    format!("{:.1} %", part * 100.0)
}

/// A duration: `85 ms`, `3.2 s`, `4 min 5 s`.
pub fn duration_ms(ms: u64) -> String {
    match ms {
        0..1_000 => format!("{ms} ms"),
        1_000..60_000 => format!("{:.1} s", ms as f64 / 1_000.0),
        _ => format!("{} min {} s", ms / 60_000, ms % 60_000 / 1_000),
    }
}

/// A round trip: one decimal below 10 ms. Clocks of browsers are coarse, and nothing takes no time.
pub fn round_trip_ms(ms: f64) -> String {
    match ms {
        ..0.1 => "under 0.1 ms".to_owned(),
        ..10.0 => format!("{ms:.1} ms"),
        _ => format!("{ms:.0} ms"),
    }
}

/// A whole number with thousands set apart: `119,828`.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number and what it counts: `1 row`, `2 rows`.
pub fn plural(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(number), if number == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_change_unit_before_they_round_up_to_a_thousand() {
        for (count, text) in [
            (0, "0 B"),
            (999, "999 B"),
            (1_000, "1.0 kB"),
            (999_960, "1.0 MB"),
            (4_000_000, "4.0 MB"),
        ] {
            assert_eq!(bytes(count), text);
        }
    }

    #[test]
    fn durations_are_short() {
        assert_eq!(duration_ms(85), "85 ms");
        assert_eq!(duration_ms(3_249), "3.2 s");
        assert_eq!(duration_ms(245_000), "4 min 5 s");
        assert_eq!(round_trip_ms(0.64), "0.6 ms");
        assert_eq!(round_trip_ms(0.0), "under 0.1 ms");
        assert_eq!(round_trip_ms(12.4), "12 ms");
    }

    #[test]
    fn counts_have_commas_and_words_agree_with_them() {
        assert_eq!(count(119_828), "119,828");
        assert_eq!(count(100), "100");
        assert_eq!(plural(1, "row", "rows"), "1 row");
        assert_eq!(plural(1_200, "row", "rows"), "1,200 rows");
    }

    #[test]
    fn parts_of_one_are_percentages() {
        assert_eq!(percent(0.934), "93.4 %");
    }
}
