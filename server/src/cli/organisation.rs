//! `cloudsite organisation`.

use clap::{Args, Subcommand};
use cloudsite_domain::identity::Principal;
use cloudsite_proto::identity as wire;
use serde_json::{Value, json};

use super::answer::{Done, Failure};
use super::people::{Folder, kind, name_in, tier};
use super::running::failed;

#[derive(Debug, Args)]
pub(super) struct Organisation {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List the organisations.
    List {
        #[command(flatten)]
        folder: Folder,
    },
    /// Make an organisation.
    Create(Create),
    /// Change an organisation; what is not given stays.
    Update(Update),
}

#[derive(Debug, Args)]
struct Update {
    #[command(flatten)]
    folder: Folder,
    /// What it goes by, such as `tokyo`.
    code: String,
    /// Its name in a language, in place of the names that it has; may be given several times.
    #[arg(long = "name", value_name = "LANGUAGE=NAME", value_parser = named)]
    names: Vec<wire::OrganisationName>,
    /// Its time zone in the IANA database.
    #[arg(long, value_name = "ZONE")]
    time_zone: Option<String>,
    /// A language that its people work in, in place of those that are kept; may be given several times.
    #[arg(long = "language", value_name = "TAG")]
    languages: Vec<String>,
    /// How much of the record it may be given: public, investor, negotiating or government.
    #[arg(long, value_parser = tier)]
    tier: Option<wire::Tier>,
    /// Of a firm: the organisation that hosts it and may read its briefs; `none` for nobody.
    #[arg(long, value_name = "CODE")]
    host: Option<String>,
}

#[derive(Debug, Args)]
struct Create {
    #[command(flatten)]
    folder: Folder,
    /// What it goes by, such as `tokyo`.
    code: String,
    /// bureau, centre or firm.
    #[arg(long, value_parser = kind)]
    kind: wire::OrganisationKind,
    /// Its name in a language; may be given several times.
    #[arg(long = "name", value_name = "LANGUAGE=NAME", required = true, value_parser = named)]
    names: Vec<wire::OrganisationName>,
    /// Its time zone in the IANA database.
    #[arg(long, value_name = "ZONE", default_value = "Asia/Shanghai")]
    time_zone: String,
    /// A language that its people work in; may be given several times, the first one first.
    #[arg(long = "language", value_name = "TAG", required = true)]
    languages: Vec<String>,
    /// How much of the record it may be given: public, investor, negotiating or government.
    #[arg(long, value_parser = tier)]
    tier: wire::Tier,
    /// Of a firm: the organisation that hosts it and may read its briefs.
    #[arg(long, value_name = "CODE")]
    host: Option<String>,
}

/// The name of a host from what people write.
fn host_name(given: &str) -> String {
    if given == "none" { String::new() } else { name_in("organisations", given) }
}

fn named(text: &str) -> Result<wire::OrganisationName, String> {
    let (language, text) = text.split_once('=').ok_or("it must be LANGUAGE=NAME")?;
    Ok(wire::OrganisationName { language: language.to_owned(), text: text.to_owned() })
}

fn to_json(organisation: &wire::Organisation) -> Value {
    let names = organisation.names.iter().map(|name| (name.language.clone(), Value::from(name.text.as_str())));
    json!({
        "name": organisation.name,
        "names": Value::Object(names.collect()),
        "time_zone": organisation.time_zone,
        "languages": organisation.languages,
        "host": Some(&organisation.host).filter(|host| !host.is_empty()),
    })
}

impl Organisation {
    pub(super) fn run(self) -> Result<Done, Failure> {
        match self.action {
            Action::List { folder } => {
                let request = wire::ListOrganisationsRequest {};
                let reply = folder
                    .open()?
                    .ask(|api| Ok(api.list_organisations()), async |there| there.list_organisations(request).await)?;
                let lines = reply.organisations.iter().map(|known| {
                    let name = known.names.first().map(|name| name.text.as_str()).unwrap_or_default();
                    format!("{}: {name}, {}\n", known.name, known.time_zone)
                });
                let sentence = format!("{}{} organisations", lines.collect::<String>(), reply.organisations.len());
                let all: Vec<Value> = reply.organisations.iter().map(to_json).collect();
                Ok(Done::new(sentence, json!({ "organisations": all })))
            }
            Action::Create(create) => create.run(),
            Action::Update(update) => update.run(),
        }
    }
}

impl Update {
    fn run(self) -> Result<Done, Failure> {
        let name = name_in("organisations", &self.code);
        let mut people = self.folder.open()?;
        let request = wire::ListOrganisationsRequest {};
        let known =
            people.ask(|api| Ok(api.list_organisations()), async |there| there.list_organisations(request).await)?;
        let present = known.organisations.into_iter().find(|present| present.name == name);
        let mut next = present.ok_or_else(|| failed(format!("there is no organisation '{}'", self.code)))?;
        if !self.names.is_empty() {
            next.names = self.names;
        }
        if !self.languages.is_empty() {
            next.languages = self.languages;
        }
        next.time_zone = self.time_zone.unwrap_or(next.time_zone);
        next.tier = self.tier.map_or(next.tier, Into::into);
        next.host = self.host.map_or(next.host, |given| host_name(&given));
        let request = wire::UpdateOrganisationRequest { organisation: Some(next) };
        let again = request.clone();
        let reply = people.ask(
            |api| api.update_organisation(&Principal::Operator, request),
            async |there| there.update_organisation(again).await,
        )?;
        let kept = reply.organisation.unwrap_or_default();
        Ok(Done::new(format!("Changed {}", kept.name), json!({ "organisation": to_json(&kept) })))
    }
}

impl Create {
    fn run(self) -> Result<Done, Failure> {
        let organisation = wire::Organisation {
            name: name_in("organisations", &self.code),
            names: self.names,
            kind: self.kind.into(),
            time_zone: self.time_zone,
            languages: self.languages,
            tier: self.tier.into(),
            host: self.host.as_deref().map(host_name).unwrap_or_default(),
        };
        let request = wire::CreateOrganisationRequest { organisation: Some(organisation) };
        let again = request.clone();
        let reply = self.folder.open()?.ask(
            |api| api.create_organisation(&Principal::Operator, request),
            async |there| there.create_organisation(again).await,
        )?;
        let made = reply.organisation.unwrap_or_default();
        Ok(Done::new(format!("Made {}", made.name), json!({ "organisation": to_json(&made) })))
    }
}
