//! Nodes that this device carries for others. What they do is a function of what they are and what they are given, with the
//! same bits on every device.

use super::{Workbench, invalid};
use crate::job::{Answer, HostJob, JobError};
use neural::{
    Plan,
    nodes::{Slice, SliceError, Target, wire},
};
use protocol::limits;

impl Workbench {
    pub(super) fn run_host(&mut self, job: HostJob) -> Result<Answer, JobError> {
        match job {
            HostJob::Take { slice, shape, bytes } => {
                if self.carried.len() >= limits::SPLIT_PARTS_MAX {
                    return Err(invalid("this device carries as many parts as it can"));
                }
                let taken = Slice::decode(&bytes).map_err(invalid)?;
                let found = [taken.ids().len() as u32, taken.inputs(), taken.classes()];
                if found != shape {
                    return Err(invalid(format_args!(
                        "nodes, inputs and classes of {found:?}, where {shape:?} were agreed on"
                    )));
                }
                self.carried.insert(slice, taken);
                Ok(Answer::Done)
            }
            HostJob::Fire { slice, batch, below } => {
                let slice = self.carried(slice)?;
                let below = wire::decode(&below, slice.inputs()).map_err(invalid)?;
                let events = slice.forward(batch, &below).map_err(invalid)?;
                Ok(Answer::Bytes(wire::encode(&events)))
            }
            HostJob::Teach { slice, batch, rate, errors } => {
                let errors = wire::decode_errors(&errors).map_err(invalid)?;
                let plan = Plan { learning_rate: rate, ..Plan::default() };
                match self.carried(slice)?.teach(batch, Target::Errors(&errors), &plan, 0) {
                    Ok(()) | Err(SliceError::Stale { .. }) => Ok(Answer::Done),
                    Err(error) => Err(invalid(error)),
                }
            }
            HostJob::Write { slice } => Ok(Answer::Bytes(self.carried(slice)?.encode())),
            HostJob::Drop { slice } => {
                self.carried.remove(&slice);
                Ok(Answer::Done)
            }
        }
    }

    fn carried(&mut self, slice: u32) -> Result<&mut Slice, JobError> {
        let carried = self.carried.get_mut(&slice);
        carried.ok_or_else(|| invalid(format_args!("slice {slice} is not carried here")))
    }
}
