//! Updates in which every parameter changes: a scale for every row, and the steps of those that changed.

use super::{Form, Update, read_scale, scale_of};
use crate::{
    bytes::{Damaged, Reader, Writer},
    network::layout::Layout,
};

impl Update {
    /// Each row in steps of a 127th of its largest change.
    pub(super) fn in_rows(layout: Layout, change: &[f32]) -> Self {
        let mut scales = Vec::with_capacity(layout.row_count());
        let mut steps = vec![0; change.len()];
        for row in layout.rows() {
            let change = &change[row.clone()];
            let largest = change.iter().fold(0.0f32, |largest, value| largest.max(value.abs()));
            let scale = scale_of(largest / 127.0);
            scales.push(scale);
            if scale > 0.0 {
                for (step, value) in steps[row].iter_mut().zip(change) {
                    let exact = value / scale;
                    *step =
                        (exact + if exact < 0.0 { -0.5 } else { 0.5 }).clamp(-127.0, 127.0) as i8;
                }
            }
        }
        Self { layout, form: Form::Rows, scales, steps }
    }

    pub(super) fn write_rows(&self, writer: &mut Writer) {
        for (row, scale) in self.layout.rows().zip(&self.scales) {
            writer.floats(&[*scale]);
            if *scale > 0.0 {
                self.steps[row].iter().for_each(|step| writer.u8(*step as u8));
            }
        }
    }

    pub(super) fn read_rows(reader: &mut Reader<'_>, layout: Layout) -> Result<Self, Damaged> {
        if reader.remaining() < 4 * layout.row_count() {
            return Err(Damaged);
        }
        let mut scales = Vec::with_capacity(layout.row_count());
        let mut steps = vec![0; layout.parameters];
        for row in layout.rows() {
            let scale = read_scale(reader)?;
            scales.push(scale);
            if scale > 0.0 {
                let length = row.len();
                for (step, byte) in steps[row].iter_mut().zip(reader.bytes(length)?) {
                    *step = *byte as i8;
                    if *step == i8::MIN {
                        return Err(Damaged);
                    }
                }
            }
        }
        if reader.remaining() > 0 {
            return Err(Damaged);
        }
        Ok(Self { layout, form: Form::Rows, scales, steps })
    }
}
