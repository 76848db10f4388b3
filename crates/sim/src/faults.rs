//! Which faults a world has.

use core::{fmt, str::FromStr};

/// Kinds of faults.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Faults {
    /// Slow, lossy paths.
    pub loss: bool,
    /// Devices that cannot reach each other, or the server, for a while.
    pub partition: bool,
    /// Pages that crash and are opened again.
    pub crash: bool,
    /// Tabs that are suspended.
    pub suspend: bool,
    /// A server that dies and comes back.
    pub server: bool,
    /// A server that drops, replays, reorders, changes and misattributes handshakes, and lies.
    pub malice: bool,
    /// A member that keeps to no rule.
    pub byzantine: bool,
    /// Storage that refuses writes and damages records.
    pub storage: bool,
    /// People who connect, disconnect, and go.
    pub churn: bool,
}

/// A text names no kind of fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownFault(String);

impl fmt::Display for UnknownFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is no kind of fault: all, none, or a list of {}", self.0, NAMES.join(","))
    }
}

const NAMES: [&str; 9] =
    ["loss", "partition", "crash", "suspend", "server", "malice", "byzantine", "storage", "churn"];

impl Faults {
    /// No faults.
    pub const NONE: Self = Self::from_bits(0);
    /// All of them.
    pub const ALL: Self = Self::from_bits(0b1_1111_1111);

    /// The faults whose bits are set, in the order of the fields.
    pub const fn from_bits(bits: u16) -> Self {
        Self {
            loss: bits & 1 != 0,
            partition: bits & 2 != 0,
            crash: bits & 4 != 0,
            suspend: bits & 8 != 0,
            server: bits & 16 != 0,
            malice: bits & 32 != 0,
            byzantine: bits & 64 != 0,
            storage: bits & 128 != 0,
            churn: bits & 256 != 0,
        }
    }

    fn flags(self) -> [bool; 9] {
        let Self { loss, partition, crash, suspend, server, malice, byzantine, storage, churn } =
            self;
        [loss, partition, crash, suspend, server, malice, byzantine, storage, churn]
    }
}

impl FromStr for Faults {
    type Err = UnknownFault;

    fn from_str(text: &str) -> Result<Self, UnknownFault> {
        match text {
            "all" => return Ok(Self::ALL),
            "none" => return Ok(Self::NONE),
            _ => {}
        }
        let mut bits = 0;
        for name in text.split(',') {
            let bit = NAMES.iter().position(|known| *known == name);
            bits |= 1 << bit.ok_or_else(|| UnknownFault(name.to_owned()))?;
        }
        Ok(Self::from_bits(bits))
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = NAMES.iter().zip(self.flags()).filter(|(_, on)| *on);
        let names: Vec<_> = named.map(|(name, _)| *name).collect();
        f.write_str(if names.is_empty() { "none" } else { "" })?;
        f.write_str(&names.join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_read_back_what_they_write() {
        for bits in 0..512 {
            let faults = Faults::from_bits(bits);
            assert_eq!(faults.to_string().parse(), Ok(faults));
        }
        assert!("fire".parse::<Faults>().unwrap_err().to_string().contains("`fire`"));
    }
}
