//! WebAssembly modules without what only a linker reads.

use crate::failure::Failure;
use std::{fs, path::Path};

/// Of a module: its magic number and version.
const HEAD_BYTES: usize = 8;

/// Takes out what tells a linker where addresses stand (`linking`, `reloc.*`): the application's modules need it to be cut in
/// two, others that are compiled with them do not.
pub(crate) fn drop_relocations(file: &Path) -> Result<(), Failure> {
    let bytes = fs::read(file).map_err(|error| Failure::io("Reading", file, &error))?;
    let without = without_relocations(&bytes).ok_or_else(|| {
        Failure::new(format!("{} is no WebAssembly module: build it again.", file.display()))
    })?;
    fs::write(file, without).map_err(|error| Failure::io("Writing", file, &error))
}

fn without_relocations(bytes: &[u8]) -> Option<Vec<u8>> {
    let (head, mut rest) = bytes.split_at_checked(HEAD_BYTES)?;
    let mut kept = head.to_vec();
    while let Some((id, after)) = rest.split_first() {
        let (size, content) = number(after)?;
        let (section, after) = content.split_at_checked(size)?;
        let is_custom = *id == 0;
        if !(is_custom && is_for_linkers(section)?) {
            kept.extend(&rest[..rest.len() - after.len()]);
        }
        rest = after;
    }
    Some(kept)
}

fn is_for_linkers(custom: &[u8]) -> Option<bool> {
    let (length, rest) = number(custom)?;
    let name = rest.get(..length)?;
    Some(name == b"linking" || name.starts_with(b"reloc."))
}

/// An unsigned number in LEB128, and what follows it.
fn number(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let mut number = 0;
    for (place, byte) in bytes.iter().enumerate().take(5) {
        number |= usize::from(byte & 0x7f) << (7 * place);
        if byte & 0x80 == 0 {
            return Some((number, &bytes[place + 1..]));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::without_relocations;

    fn section(id: u8, content: &[u8]) -> Vec<u8> {
        [&[id, content.len() as u8], content].concat()
    }

    #[test]
    fn what_only_a_linker_reads_goes_and_everything_else_stays() {
        let head = *b"\0asm\x01\0\0\0";
        let code = section(10, b"\x01code");
        let features = section(0, b"\x0ftarget_features+simd128");
        let linking = section(0, b"\x07linking\x02");
        let relocations = section(0, b"\x0areloc.CODE\x05");
        let all = [&head[..], &code, &linking, &features, &relocations].concat();
        let kept = [&head[..], &code, &features].concat();
        assert_eq!(without_relocations(&all), Some(kept.clone()));
        assert_eq!(without_relocations(&kept), Some(kept));
        assert_eq!(without_relocations(&all[..all.len() - 1]), None, "cut off");
    }
}
