//! Every method, called by everyone, against the running services.

use cloudsite_domain::identity::Role;
use cloudsite_proto::identity::identity_service_client::IdentityServiceClient;
use cloudsite_proto::identity::{SignInRequest, SignOutRequest, WhoAmIRequest};
use http::uri::PathAndQuery;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tonic::client::Grpc;
use tonic::metadata::AsciiMetadataValue;
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Request, Status};
use tonic_prost::ProstCodec;
use tonic_types::StatusExt;

use super::{Given, Server};
use crate::access::{self, Caller};
use crate::grpc::{NOT_FOR_CALLER, SIGN_IN_REQUIRED};
use crate::record::sample;

/// A running server on a demo park.
struct Fixture {
    _folder: TempDir,
    server: Server,
    channel: Channel,
}

async fn fixture() -> Fixture {
    let (folder, opened) = sample::opened();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = Server::start(opened, listener, Given::alone(folder.path())).await.unwrap();
    let channel = Endpoint::from_shared(format!("http://{}", server.address())).unwrap().connect().await.unwrap();
    Fixture { _folder: folder, server, channel }
}

/// What a caller sends.
type Proof = Option<(&'static str, AsciiMetadataValue)>;

impl Fixture {
    /// The head of the reply to a request without a body.
    async fn http(&self, method: &str, path: &str) -> String {
        let address = self.server.address();
        let mut stream = TcpStream::connect(address).await.unwrap();
        let head =
            format!("{method} {path} HTTP/1.1\r\nhost: {address}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut reply = String::new();
        stream.read_to_string(&mut reply).await.unwrap();
        reply.split("\r\n\r\n").next().unwrap().to_owned()
    }

    /// The cookies of a demo member, by the link that the server gives.
    async fn cookie(&self, role: Role) -> Proof {
        let link = self.server.links.iter().find(|link| link.role == role).unwrap();
        let reply = self.http("GET", &link.path).await;
        assert!(reply.starts_with("HTTP/1.1 303"), "{reply}");
        let set = reply.lines().filter_map(|line| line.strip_prefix("set-cookie: "));
        let pairs: Vec<&str> = set.filter_map(|cookie| cookie.split(';').next()).collect();
        Some(("cookie", pairs.join("; ").parse().unwrap()))
    }

    fn operator(&self) -> AsciiMetadataValue {
        self.server.operator().token().header().parse().unwrap()
    }

    /// Sends an empty message to a method.
    async fn call(&self, path: &'static str, proof: &Proof) -> Result<(), Status> {
        let mut grpc = Grpc::new(self.channel.clone());
        grpc.ready().await.unwrap();
        let mut request = Request::new(());
        if let Some((name, value)) = proof {
            request.metadata_mut().insert(*name, value.clone());
        }
        // As a stream, since a method that streams has no first answer to wait for.
        let codec = ProstCodec::<(), ()>::default();
        grpc.server_streaming(request, PathAndQuery::from_static(path), codec).await.map(drop)
    }
}

/// The reason that the access table refused a call for, if it did.
fn refusal(answer: &Result<(), Status>) -> Option<String> {
    let reason = answer.as_ref().err()?.get_error_details().error_info()?.reason.clone();
    [SIGN_IN_REQUIRED, NOT_FOR_CALLER].contains(&reason.as_str()).then_some(reason)
}

#[tokio::test]
async fn everyone_may_call_what_the_table_says_and_nothing_else() {
    let fixture = fixture().await;
    let mut refused = 0;
    for (path, caller, _) in access::methods() {
        let answer = fixture.call(path, &None).await;
        let expected = (*caller != Caller::Anyone).then(|| SIGN_IN_REQUIRED.to_owned());
        assert_eq!(refusal(&answer), expected, "a visitor at {path}: {answer:?}");
        let answer = fixture.call(path, &Some(("authorization", fixture.operator()))).await;
        assert_eq!(refusal(&answer), None, "the operator at {path}: {answer:?}");
        for role in Role::ALL {
            let allowed = match caller {
                Caller::Anyone | Caller::Members => true,
                Caller::Roles(roles) => roles.contains(role),
                Caller::Operator => false,
            };
            // A session of its own each time: some of the methods end it.
            let answer = fixture.call(path, &fixture.cookie(*role).await).await;
            let expected = (!allowed).then(|| NOT_FOR_CALLER.to_owned());
            assert_eq!(refusal(&answer), expected, "{role} at {path}: {answer:?}");
            refused += usize::from(!allowed);
        }
    }
    assert!(refused > 20, "only {refused} were refused");
    fixture.server.stop().await;
}

#[tokio::test]
async fn a_bad_token_is_refused_also_where_anyone_may_call() {
    let fixture = fixture().await;
    let bad: Proof = Some(("authorization", "Bearer v4.local.AAAA".parse().unwrap()));
    for (path, ..) in access::methods() {
        let status = fixture.call(path, &bad).await.expect_err(path);
        assert_eq!(status.code(), Code::Unauthenticated, "{path}");
    }
    let stale: Proof = Some(("cookie", "cloudsite_access=v4.local.AAAA".parse().unwrap()));
    fixture.call("/cloudsite.land.v1.ParkService/GetPark", &stale).await.expect("a stale cookie is a visitor's");
    fixture.server.stop().await;
}

#[tokio::test]
async fn cookies_carry_a_session_to_its_end() {
    let fixture = fixture().await;
    let mut client = IdentityServiceClient::new(fixture.channel.clone());
    let (name, value) = fixture.cookie(Role::Approver).await.unwrap();
    let with = |message| {
        let mut request = Request::new(message);
        request.metadata_mut().insert(name, value.clone());
        request
    };
    let caller = client.who_am_i(with(WhoAmIRequest {})).await.unwrap().into_inner().caller.unwrap();
    assert_eq!(caller.member.unwrap().display_name, "Demo approver");
    let mut request = Request::new(SignOutRequest {});
    request.metadata_mut().insert(name, value.clone());
    let reply = client.sign_out(request).await.unwrap();
    let taken: Vec<_> = reply.metadata().get_all("set-cookie").iter().collect();
    assert!(taken.len() == 2 && taken.iter().all(|cookie| cookie.to_str().unwrap().contains("Max-Age=0")));
    let caller = client.who_am_i(with(WhoAmIRequest {})).await.unwrap().into_inner().caller.unwrap();
    assert_eq!((caller.member, caller.roles), (None, vec![]));
    let wrong = SignInRequest { email: "approver@demo.invalid".into(), password: "x".into(), cookies: false };
    let unknown = SignInRequest { email: "nobody@demo.invalid".into(), ..wrong.clone() };
    let [wrong, unknown] = [client.sign_in(wrong).await, client.sign_in(unknown).await].map(Result::unwrap_err);
    assert_eq!(
        (wrong.code(), wrong.message(), wrong.details()),
        (unknown.code(), unknown.message(), unknown.details())
    );
    assert_eq!(wrong.code(), Code::Unauthenticated);
    fixture.server.stop().await;
}

#[tokio::test]
async fn a_link_that_nobody_made_opens_nothing() {
    let fixture = fixture().await;
    for method in ["GET", "POST"] {
        let reply = fixture.http(method, "/sign-in/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").await;
        assert!(reply.starts_with("HTTP/1.1 404") && !reply.contains("set-cookie"), "{reply}");
    }
    fixture.server.stop().await;
}
