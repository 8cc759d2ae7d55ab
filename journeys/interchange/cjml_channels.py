"""Channels as CJML calls them."""

from journeys.choices import Channel

# Our channels and CJML's names for them; what others write is read whatever its capitals.
OUT = {
    Channel.IN_PERSON: "faceToFace", Channel.COUNTER: "ServiceDesk", Channel.SHOP: "ShopCounter",
    Channel.PHONE: "phone", Channel.E_MAIL: "email", Channel.SMS: "sms", Channel.LETTER: "letter",
    Channel.PARCEL: "Parcel", Channel.WEB: "internetViaPC", Channel.APP: "appOnSmartphone", Channel.CHAT: "chat",
    Channel.SOCIAL: "message", Channel.MACHINE: "selfServiceMachine", Channel.PAYMENT: "Payment Channel",
    Channel.SIGN: "Sign", Channel.OTHER: "Unknown",
}  # fmt: skip
IN = {name.lower(): channel for channel, name in OUT.items()} | {
    "apponpc": Channel.APP, "appontablet": Channel.APP, "internetviaphone": Channel.WEB,
}  # fmt: skip
