//! Where a device's memory is stored: it outlives pages.

use memory::keeper::LogFile;
use std::{cell::RefCell, rc::Rc};

/// A file that a device and its open page share.
#[derive(Debug, Clone, Default)]
pub(crate) struct MemoryFile(Rc<RefCell<Vec<u8>>>);

impl LogFile for MemoryFile {
    fn read(&mut self) -> Result<Vec<u8>, String> {
        Ok(self.0.borrow().clone())
    }

    fn cut(&mut self, bytes: u64) -> Result<(), String> {
        self.0.borrow_mut().truncate(bytes as usize);
        Ok(())
    }

    fn append(&mut self, bytes: &[u8]) -> Result<(), String> {
        self.0.borrow_mut().extend(bytes);
        Ok(())
    }

    fn replace(&mut self, bytes: &[u8]) -> Result<(), String> {
        *self.0.borrow_mut() = bytes.to_vec();
        Ok(())
    }
}
