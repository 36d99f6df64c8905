//! `cloudsite invite` and `cloudsite token`: secrets that are shown once.

use clap::{Args, Subcommand};
use cloudsite_domain::identity::Principal;
use cloudsite_proto::identity as wire;
use serde_json::{Value, json};

use super::answer::{Done, Failure};
use super::people::{Folder, name_in, role, words};

#[derive(Debug, Args)]
pub(super) struct Invite {
    #[command(flatten)]
    folder: Folder,
    /// What to call the member.
    display_name: String,
    /// The organisation's code.
    #[arg(long, value_name = "CODE")]
    organisation: String,
    /// investor or interpreter; may be given several times.
    #[arg(long = "role", value_name = "ROLE", default_value = "investor", value_parser = role)]
    roles: Vec<wire::Role>,
    /// How long the invite is good for.
    #[arg(long, default_value_t = 72)]
    hours: u32,
}

impl Invite {
    pub(super) fn run(self) -> Result<Done, Failure> {
        let request = wire::CreateInviteRequest {
            organisation: name_in("organisations", &self.organisation),
            display_name: self.display_name,
            roles: self.roles.iter().map(|role| (*role).into()).collect(),
            hours: self.hours,
        };
        let again = request.clone();
        let reply = self.folder.open()?.ask(
            |api| api.create_invite(&Principal::Operator, request),
            async |there| there.create_invite(again).await,
        )?;
        let sentence = format!("Good once, for {} hours, on the park's address: {}", self.hours, reply.path);
        Ok(Done::new(sentence, json!({ "path": reply.path, "invite": reply.invite.unwrap_or_default().name })))
    }
}

#[derive(Debug, Args)]
pub(super) struct Token {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List the service tokens, without what they are proved by.
    List {
        #[command(flatten)]
        folder: Folder,
    },
    /// Make a token by which a program acts for a member.
    Create(Create),
    /// Revoke a service token.
    Revoke {
        #[command(flatten)]
        folder: Folder,
        /// The token's number.
        token: String,
    },
}

#[derive(Debug, Args)]
struct Create {
    #[command(flatten)]
    folder: Folder,
    /// The number of the member for whom it acts.
    member: String,
    /// What it is for.
    #[arg(long)]
    label: String,
    /// One of the member's roles that it has; may be given several times. Without it, all of them.
    #[arg(long = "role", value_name = "ROLE", value_parser = role)]
    roles: Vec<wire::Role>,
    /// How long it is good for.
    #[arg(long, default_value_t = 90)]
    days: u32,
}

fn to_json(token: &wire::ServiceToken) -> Value {
    json!({
        "name": token.name,
        "member": token.member,
        "label": token.label,
        "roles": words(&token.roles),
        "revoked": token.revoked,
    })
}

impl Token {
    pub(super) fn run(self) -> Result<Done, Failure> {
        match self.action {
            Action::List { folder } => {
                let request = wire::ListServiceTokensRequest {};
                let tokens = folder
                    .open()?
                    .ask(|api| Ok(api.list_service_tokens()), async |there| there.list_service_tokens(request).await)?
                    .service_tokens;
                let lines = tokens.iter().map(|token| {
                    let revoked = if token.revoked { ", revoked" } else { "" };
                    format!("{}: {} for {}{revoked}\n", token.name, token.label, token.member)
                });
                let sentence = format!("{}{} service tokens", lines.collect::<String>(), tokens.len());
                let all: Vec<Value> = tokens.iter().map(to_json).collect();
                Ok(Done::new(sentence, json!({ "service_tokens": all })))
            }
            Action::Create(create) => create.run(),
            Action::Revoke { folder, token } => {
                let request = wire::RevokeServiceTokenRequest { name: name_in("serviceTokens", &token) };
                let again = request.clone();
                let reply = folder.open()?.ask(
                    |api| api.revoke_service_token(&Principal::Operator, request),
                    async |there| there.revoke_service_token(again).await,
                )?;
                let revoked = reply.service_token.unwrap_or_default();
                Ok(Done::new(format!("Revoked {}", revoked.name), json!({ "service_token": to_json(&revoked) })))
            }
        }
    }
}

impl Create {
    fn run(self) -> Result<Done, Failure> {
        let request = wire::CreateServiceTokenRequest {
            member: name_in("members", &self.member),
            label: self.label,
            roles: self.roles.iter().map(|role| (*role).into()).collect(),
            days: self.days,
        };
        let again = request.clone();
        let reply = self.folder.open()?.ask(
            |api| api.create_service_token(&Principal::Operator, request),
            async |there| there.create_service_token(again).await,
        )?;
        let made = reply.service_token.unwrap_or_default();
        let sentence = format!("{}, shown this once:\n{}", made.name, reply.token);
        Ok(Done::new(sentence, json!({ "service_token": to_json(&made), "token": reply.token })))
    }
}
