//! What the readers say of a refusal, without the server's own ways to say it.

use tonic::Code;

/// Why a call is refused.
#[derive(Debug)]
#[expect(dead_code, reason = "it is read where it goes onto the wire")]
pub(crate) enum Refusal {
    /// Fields of the request are wrong.
    Fields(Vec<(String, String)>),
    /// Something is in the way.
    InTheWay { code: Code, reason: &'static str, message: String, violations: Vec<(String, String)> },
}

impl Refusal {
    /// One field is wrong.
    pub(crate) fn field(name: impl Into<String>, problem: impl ToString) -> Self {
        Self::Fields(vec![(name.into(), problem.to_string())])
    }
}
