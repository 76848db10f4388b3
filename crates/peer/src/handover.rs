//! Jobs and answers as bytes, for a [`crate::Workbench`] that lives in another place than the engine.
//!
//! Both places are of one build (see [`GREETING`]), so the encoding has no version of its own.

use crate::{
    SecondAnswer,
    job::{Answer, Job, JobError, JobId, MemoryAnswer, MemoryJob},
};

/// What whoever keeps the workbench says before anything else: it is ready, and was built from these sources.
pub const GREETING: &str = concat!("started ", env!("PEER_SOURCES"));

/// Whether a text is the greeting of another build, whose jobs and answers are not ours.
pub fn is_of_another_build(text: &str) -> bool {
    text != GREETING && text.starts_with("started ")
}

/// What makes a worker the first of two lanes (see [`crate::FirstLane`]): it comes before any job, with a port to the second.
pub const FIRST_LANE: &str = "first lane";

/// What makes a worker the second of two lanes: with a port to the first, from which its jobs come.
pub const SECOND_LANE: &str = "second lane";

/// What the first lane tells the second where [`crate::SecondLane::keep_training`] is due.
pub const KEEP_TRAINING: &str = "keep training";

/// Bytes that are no job, or no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{size_bytes} bytes cannot be read: {problem}")]
pub struct Unreadable {
    size_bytes: usize,
    problem: postcard::Error,
}

/// A job as bytes.
pub fn encode_job(id: JobId, job: &Job) -> Vec<u8> {
    postcard::to_allocvec(&(id, job)).expect("jobs have an encoding")
}

/// A job from its bytes.
///
/// # Errors
/// [`Unreadable`].
pub fn decode_job(bytes: &[u8]) -> Result<(JobId, Job), Unreadable> {
    postcard::from_bytes(bytes).map_err(|problem| Unreadable { size_bytes: bytes.len(), problem })
}

/// What became of a job, as bytes.
pub fn encode_answer(id: JobId, result: &Result<Answer, JobError>) -> Vec<u8> {
    postcard::to_allocvec(&(id, result)).expect("answers have an encoding")
}

/// What became of a job, from its bytes.
///
/// # Errors
/// [`Unreadable`].
pub fn decode_answer(bytes: &[u8]) -> Result<(JobId, Result<Answer, JobError>), Unreadable> {
    postcard::from_bytes(bytes).map_err(|problem| Unreadable { size_bytes: bytes.len(), problem })
}

/// What a second lane's part of a job came to, as bytes.
pub fn encode_second(result: &Result<SecondAnswer, JobError>) -> Vec<u8> {
    postcard::to_allocvec(result).expect("answers have an encoding")
}

/// What a second lane's part of a job came to, from its bytes.
///
/// # Errors
/// [`Unreadable`].
pub fn decode_second(bytes: &[u8]) -> Result<Result<SecondAnswer, JobError>, Unreadable> {
    postcard::from_bytes(bytes).map_err(|problem| Unreadable { size_bytes: bytes.len(), problem })
}

/// A job for whoever keeps the memory, as bytes.
pub fn encode_memory_job(id: JobId, job: &MemoryJob) -> Vec<u8> {
    postcard::to_allocvec(&(id, job)).expect("jobs have an encoding")
}

/// A job about memories from its bytes.
///
/// # Errors
/// [`Unreadable`].
pub fn decode_memory_job(bytes: &[u8]) -> Result<(JobId, MemoryJob), Unreadable> {
    postcard::from_bytes(bytes).map_err(|problem| Unreadable { size_bytes: bytes.len(), problem })
}

/// What became of a job about memories, as bytes.
pub fn encode_memory_answer(id: JobId, result: &Result<MemoryAnswer, JobError>) -> Vec<u8> {
    postcard::to_allocvec(&(id, result)).expect("answers have an encoding")
}

/// What became of a job about memories, from its bytes.
///
/// # Errors
/// [`Unreadable`].
pub fn decode_memory_answer(
    bytes: &[u8],
) -> Result<(JobId, Result<MemoryAnswer, JobError>), Unreadable> {
    postcard::from_bytes(bytes).map_err(|problem| Unreadable { size_bytes: bytes.len(), problem })
}

#[cfg(test)]
mod tests {
    use super::*;
    use units::ClusterId;

    #[test]
    fn jobs_and_answers_come_back_as_they_went() {
        let cluster: ClusterId = "digits".parse().unwrap();
        let job = Job::Predict { cluster: cluster.clone(), input: vec![0.5, -1.0] };
        assert_eq!(decode_job(&encode_job(JobId(7), &job)), Ok((JobId(7), job)));
        for result in [Ok(Answer::Done), Err(JobError::NoData(cluster))] {
            assert_eq!(decode_answer(&encode_answer(JobId(8), &result)), Ok((JobId(8), result)));
        }
    }

    #[test]
    fn other_bytes_are_told_from_jobs() {
        assert!(decode_job(&[]).is_err());
        let error = decode_answer(&[1, 9, 9]).unwrap_err();
        assert!(error.to_string().starts_with("3 bytes cannot be read"), "{error}");
    }

    #[test]
    fn another_build_is_noticed_by_its_greeting() {
        assert!(!is_of_another_build(GREETING));
        assert!(is_of_another_build("started 0123456789abcdef"));
        assert!(!is_of_another_build("it did not start: there is no network"));
    }
}
