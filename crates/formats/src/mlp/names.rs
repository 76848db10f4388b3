//! What the names of another program's tensors say.

use core::cmp::Ordering;

/// What a tensor is to its layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A matrix with a row a node.
    Weight,
    /// A matrix with a row an input.
    Kernel,
    /// One number a node.
    Bias,
}

impl Kind {
    /// The layer's name, and what the tensor is to it; `None` for anything else.
    pub(super) fn of(name: &str) -> Option<(&str, Self)> {
        let place = name.rfind(['.', '/']).map_or(0, |separator| separator + 1);
        let kind = match name.get(place..)? {
            "weight" => Self::Weight,
            "kernel" => Self::Kernel,
            "bias" => Self::Bias,
            _ => return None,
        };
        Some((&name[..place.saturating_sub(1)], kind))
    }
}

/// As people count: `layer2` comes before `layer10`.
pub(super) fn natural_order(one: &str, other: &str) -> Ordering {
    let (mut one, mut other) = (one, other);
    loop {
        let ((head, one_rest), (other_head, other_rest)) = (run(one), run(other));
        let order = match (digits(head), digits(other_head)) {
            (Some(head), Some(other_head)) => {
                head.len().cmp(&other_head.len()).then_with(|| head.cmp(other_head))
            }
            _ => head.cmp(other_head),
        };
        if order != Ordering::Equal || head.is_empty() {
            return order;
        }
        (one, other) = (one_rest, other_rest);
    }
}

/// The digits or other letters that the text begins with, and the rest.
fn run(text: &str) -> (&str, &str) {
    let is_number = text.starts_with(|letter: char| letter.is_ascii_digit());
    let end = text.find(|letter: char| letter.is_ascii_digit() != is_number);
    text.split_at(end.unwrap_or(text.len()))
}

/// A number without the zeros in front, which then orders by its length first.
fn digits(run: &str) -> Option<&str> {
    run.starts_with(|letter: char| letter.is_ascii_digit()).then(|| run.trim_start_matches('0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_order_as_people_count() {
        let mut names = ["net.10", "net.2", "head", "net.02.b", "dense_1", "dense", "", "net.2.a"];
        names.sort_by(|one, other| natural_order(one, other));
        let expected = ["", "dense", "dense_1", "head", "net.2", "net.2.a", "net.02.b", "net.10"];
        assert_eq!(names, expected);
        let long = "9".repeat(1000);
        assert_eq!(natural_order(&long, &format!("1{long}")), Ordering::Less);
    }

    #[test]
    fn the_last_word_says_what_a_tensor_is() {
        assert_eq!(Kind::of("net.0.weight"), Some(("net.0", Kind::Weight)));
        assert_eq!(Kind::of("params/Dense_0/kernel"), Some(("params/Dense_0", Kind::Kernel)));
        assert_eq!(Kind::of("bias"), Some(("", Kind::Bias)));
        assert_eq!(Kind::of("bn.running_mean"), None);
        assert_eq!(Kind::of("ä.weights"), None);
    }
}
