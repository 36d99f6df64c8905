//! Who may call what: one table, and the layer that enforces it. A method that is not in the table is refused, so a new
//! one cannot be open by oversight.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::header::AUTHORIZATION;
use tonic::Status;

/// Who may call a method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Caller {
    /// Everyone.
    Anyone,
    /// Who proves access to the data folder by the token kept there.
    Operator,
}

/// How long a call may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Span {
    /// One answer: the deadline holds.
    Answer,
    /// A stream, which lasts as long as both sides want.
    Stream,
}

/// The rule of a method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rule {
    /// Who may call it.
    pub(crate) caller: Caller,
    /// How long it may take.
    pub(crate) span: Span,
}

/// Every method by its path.
const METHODS: &[(&str, Caller, Span)] = &[
    ("/cloudsite.audit.v1.AuditService/ListEvents", Caller::Operator, Span::Answer),
    ("/cloudsite.land.v1.ParkService/GetPark", Caller::Anyone, Span::Answer),
    ("/cloudsite.land.v1.ParkService/GetZone", Caller::Anyone, Span::Answer),
    ("/cloudsite.land.v1.ParkService/ListZones", Caller::Anyone, Span::Answer),
    ("/cloudsite.land.v1.ParkService/ListFeatures", Caller::Anyone, Span::Answer),
    ("/cloudsite.land.v1.ParkService/ListRevisions", Caller::Anyone, Span::Answer),
    ("/cloudsite.land.v1.ParkService/Watch", Caller::Anyone, Span::Stream),
    ("/cloudsite.land.v1.ParcelService/GetParcel", Caller::Anyone, Span::Answer),
    ("/cloudsite.land.v1.ParcelService/ListParcels", Caller::Anyone, Span::Answer),
    ("/cloudsite.land.v1.ImportService/ImportFile", Caller::Operator, Span::Stream),
    ("/grpc.health.v1.Health/Check", Caller::Anyone, Span::Answer),
    ("/grpc.health.v1.Health/Watch", Caller::Anyone, Span::Stream),
    ("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", Caller::Anyone, Span::Stream),
    ("/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", Caller::Anyone, Span::Stream),
];

/// The rule of the method at `path`, if there is such a method.
pub(crate) fn rule(path: &str) -> Option<Rule> {
    static RULES: LazyLock<HashMap<&str, Rule>> = LazyLock::new(|| {
        METHODS.iter().map(|(path, caller, span)| (*path, Rule { caller: *caller, span: *span })).collect()
    });
    RULES.get(path).copied()
}

/// Says whether a bearer token is the operator's, in a time that does not depend on how much of it is right.
pub(crate) type VerifyOperator = Arc<dyn Fn(&str) -> bool + Send + Sync>;

/// Decides whether a call with this `authorization` header may go on.
fn decide(path: &str, authorization: Option<&str>, is_operator: &VerifyOperator) -> Result<Rule, Status> {
    let rule = rule(path).ok_or_else(|| Status::unimplemented(format!("there is no method {path}")))?;
    let token = authorization.and_then(|header| header.strip_prefix("Bearer "));
    match rule.caller {
        Caller::Operator if !token.is_some_and(|token| is_operator(token)) => Err(Status::unauthenticated(
            "this method is the operator's: send the token kept in the data folder as a bearer token",
        )),
        Caller::Anyone | Caller::Operator => Ok(rule),
    }
}

/// The layer: refuses a call, or lets it go on with its [`Rule`] among the request's extensions.
pub(crate) async fn enforce(State(is_operator): State<VerifyOperator>, mut request: Request, next: Next) -> Response {
    let authorization = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    match decide(request.uri().path(), authorization, &is_operator) {
        Ok(rule) => {
            request.extensions_mut().insert(rule);
            next.run(request).await
        }
        Err(status) => status.into_http(),
    }
}

#[cfg(test)]
mod tests {
    use prost::Message;
    use tonic::Code;

    use super::*;

    fn methods_of(descriptors: &[u8]) -> Vec<(String, bool)> {
        let set = prost_types::FileDescriptorSet::decode(descriptors).unwrap();
        let mut methods = Vec::new();
        for file in &set.file {
            for service in &file.service {
                for method in &service.method {
                    let path = format!("/{}.{}/{}", file.package(), service.name(), method.name());
                    methods.push((path, method.client_streaming() || method.server_streaming()));
                }
            }
        }
        methods
    }

    #[test]
    fn every_method_of_the_contract_has_a_rule() {
        let sets = [
            cloudsite_proto::DESCRIPTORS,
            tonic_health::pb::FILE_DESCRIPTOR_SET,
            tonic_reflection::pb::v1::FILE_DESCRIPTOR_SET,
            tonic_reflection::pb::v1alpha::FILE_DESCRIPTOR_SET,
        ];
        let methods: Vec<_> = sets.into_iter().flat_map(methods_of).collect();
        assert!(methods.len() >= 12, "the descriptors hold services: {methods:?}");
        for (path, streams) in &methods {
            let rule = rule(path).unwrap_or_else(|| panic!("{path} has no rule in access.rs"));
            assert_eq!(rule.span == Span::Stream, *streams, "{path}");
        }
        for (path, ..) in METHODS {
            assert!(methods.iter().any(|(known, _)| known == path), "{path} is in the table but in no service");
        }
    }

    #[test]
    fn only_the_operator_imports() {
        let verify: VerifyOperator = Arc::new(|token| token == "right");
        let import = "/cloudsite.land.v1.ImportService/ImportFile";
        let cases = [
            ("/cloudsite.land.v1.ParkService/GetPark", None, Ok(())),
            (import, None, Err(Code::Unauthenticated)),
            (import, Some("right"), Err(Code::Unauthenticated)),
            (import, Some("Bearer wrong"), Err(Code::Unauthenticated)),
            (import, Some("Bearer right"), Ok(())),
            ("/cloudsite.land.v1.ParkService/Drop", Some("Bearer right"), Err(Code::Unimplemented)),
            ("/", None, Err(Code::Unimplemented)),
        ];
        for (path, authorization, expected) in cases {
            let decided = decide(path, authorization, &verify).map(|_| ()).map_err(|status| status.code());
            assert_eq!(decided, expected, "{path} with {authorization:?}");
        }
    }
}
