workspace held {
    edition  1
    locales  en, fr
    timezone "America/Montreal"
    domains  "acme.example"
    contact {
        email      email required
        phone      phone
        first_name text default "there"
        company    text
        region     one of americas, europe, asia
        timezone   zone
        locale     one of en, fr
        renewal    date
        seats      number
        vip        yes_no default no
        sms_ok     yes_no default no
    }
    key     email
    account contact.company, domain
    mailbox sales {
        address "sales@acme.example"
        name    "Acme Sales"
        postal  "1 Main St, Montreal"
    }
    sms texting   { provider salesmsg; number "+15145550100"; consent contact.sms_ok }
    whatsapp chat { provider sinch; number "+15145550101"; consent contact.sms_ok }
}
