"""The labels of personal and secret data.

The identifiers are those of HIPAA's Safe Harbor list (45 CFR 164.514(b)(2)(i)). A blank in a label stands for any way
of joining words: `api key` is api_key, apiKey, api-key, API.KEY and apikey too.
"""

from __future__ import annotations

import re

PHRASES = "passphrase, mnemonic, mnemonic phrase, seed phrase, recovery phrase, backup phrase, pass phrase"
"""Secrets that may consist of several words."""
SECRETS = """
password, passwd, pw, pswd, psw, passw, code verifier, security question answer, question answer, passcode, pwd,
secret, credential, token, csrf, xsrf, otp, totp, cvv, cvv2, cvc, cvc2,
cv2, pin, pin code, sid, jsessionid, phpsessid, saml response, saml request, jwt, api key, app key, access key,
private key, secret key, signing key, encryption key, master key, auth key, account key, shared key, shared access
key, license key, subscription key, storage key, service key, webhook key, hmac key, ssh key, db pass, smtp pass,
mail pass, mysql pass, redis pass, root pass, user pass, admin pass, ftp pass, ldap pass, bind pass, pg pass,
postgres pass, mongo pass, store pass, key pass, keystore pass, truststore pass, ssh pass, auth pass, secret id,
session id, session key, x amz credential, signature, sig, hmac, passkey, connection string, verification code,
security code, login code, one time code, auth code, recovery code, backup code, mfa code, verification pin,
security pin, login pin, security answer, secret answer, basic auth, http auth, user pwd, userpwd, passwort,
kennwort, psk, pre shared key, wpa key, wpa psk, snmp community, community string, clave, clave de acceso, 暗証番号,
mot de passe, contraseña, contrasena, senha, пароль, 密码, パスワード, wachtwoord, hasło, haslo, mdp, clave secreta,
zugangscode, geheimnis, geheimer schlüssel, api schlüssel, lösenord, losenord, adgangskode, kodeord, passord, salasana,
heslo, jelszó, jelszo, parola, parolă, parola d accesso, şifre, sifre, κωδικός, lozinka, geslo, slaptažodis, parool,
palavra passe, palavra chave, chave de acesso, chave secreta, chave api, clé api, cle api, clé secrète, cle secrete,
clé privée, clave privada, clave api, codice segreto, codice di accesso, geheime sleutel, api sleutel, tajné heslo,
секрет, 비밀번호, 密碼, كلمة السر
"""
MAYBE_SECRETS = (
    "api key id, access key id, private key id, secret key id, passwords, secrets, credentials, tokens, key, "
    "auth, ticket, code, pass, bearer, session, salt, secret access"
)
"""Labels of secrets and of other data; the value decides. `key` alone is not a label."""
SSN = "ssn, ssn last 4, last 4 ssn, social security, social security number, social security num, social security no"
_HOLDERS = (
    "patient, pat, patienten, enrollee, insured, guarantor, member, subscriber, beneficiary, insurance, policy, "
    "health plan, medical record, chart, "
    "nhs, npi, medicare, medicaid, health card, hospital, claim, accession, prescription, encounter, visit, "
    "specimen"
)
_NUMBERS = "id, identifier, number, num, no, nr, nummer"
PATIENTS = (
    "mrn, icn, group number, group no, hcn, hin, uhid, pubpid, medical record, med rec, med rec no, med rec num, pt "
    "id, pt no, hospital number, hospital no, hicn, mbi, npi, nhs number, empi, chi number, chi no, "
    "versichertennummer, krankenversichertennummer, fallnummer, "
    "patientennummer, patient nr, kvnr, krankenversichertennummer, versichertennr, versicherten nr, patientnummer, "
    "numéro de patient, numero de patient, número de paciente, numero paziente, tessera sanitaria, potilasnumero,"
    " phn, nhi, ipp, employee id, student id, ihi, dva number, rxnumber, rx number, rx no"
)
NAMES = """
first name, last name, full name, middle name, maiden name, given name, given names, family name, legal name,
preferred name, patient name, patienten name, member name, subscriber name, guardian name, display name, holder
name, card holder, card holder name, account holder, contact name, customer name, employee name, beneficiary name,
insured name, policy holder, policy holder name, guarantor, guarantor name, physician name, doctor name, provider
name, practitioner name, caller name, recipient name, spouse name, mother name, mothers maiden name, father name,
next of kin, emergency contact, emergency contact name, surname, forename, fname, lname, nickname, person name,
subject name, applicant name, client name, clinician name, attending physician, referring physician, vorname,
nachname, pt name, caregiver name, carer name, nok name, contact person, emergency contact person, name of patient,
name des patienten, patientenname, relative name, parent name, child name, nurse name, representative name,
responsible party, responsible party name, consultant name, gp name, surgeon name, prescriber name, donor name,
next of kin name, alias name, nom de famille, prenom, prénom, nombre, apellido, apellidos, cognome, nombre y apellidos,
primer apellido, segundo apellido, nome completo, nome e cognome, sobrenome, apelido, achternaam, voornaam, familienaam,
familienname, zuname, geburtsname, efternamn, förnamn, fornamn, etternavn, fornavn, efternavn, mellomnavn, sukunimi,
etunimi, nazwisko, imię, imie, příjmení, prijmeni, jméno a příjmení, vezetéknév, keresztnév, фамилия, отчество,
soyadi, nume de familie, prenume, priezvisko, nom complet, nombre completo, nombre del paciente, nom du patient
"""
_PARTS = "first, last, middle, given, family, surname, first name, last name, middle name, full name, forename"
_OF_WHOM = "patient, member, subscriber, guardian, insured, guarantor, spouse, customer, employee, beneficiary, contact"
PEOPLE = (
    "patient, insured, subscriber, guardian, next of kin, beneficiary, member, guarantor, spouse, decedent, "
    "mother, father, parent, child, caregiver, physician, attending, doctor, nurse, clinician, pt, surgeon, prescriber"
)
"""Words for people, which a name may follow: `patient: Ann Marlowe`, but not `patient: not found`."""
PARTS_OF_NAMES = "family, given"
"""FHIR's words for names (HumanName). A task definition has a `family` too, so the context must be about people."""
BIRTH = """
dob, d o b, date of birth, birth date, birthdate, birthday, birth day, born, born on, geburtsdatum, date de
naissance, fecha de nacimiento, fecha nacimiento, patient dob, birth date time, birth year, year of birth, yob,
birth time, birth dt, geb, geboren, geboren am, né le, née le, nacimiento, date of birth dob, date naissance,
geboortedatum, födelsedatum, fodelsedatum, fødselsdato, fodselsdato, syntymäaika, syntymaaika, data di nascita,
data nascita, data de nascimento, data nascimento, datum narození, datum narozeni, dátum narodenia, data urodzenia,
doğum tarihi, dogum tarihi, datum rođenja, datum rodenja, дата рождения, születési dátum, data nașterii, geburtstag
"""
_EVENTS = (
    "admission, admit, admitted, discharge, discharged, death, deceased, died, visit, service, encounter, "
    "appointment, surgery, procedure, onset, diagnosis, immunization, vaccination, specimen, collection, "
    "hospitalization, expired"
)
_WHEN = "date, date time, datetime, at, on, dt, day"
DATES = "dod, dos, deceased date time, deceased, admitted, discharged, admission, discharge, death"
PHONES = """
phone, phone number, phone num, phone no, telephone, telephone number, mobile, mobile phone, mobile number, mobile
phone number, cell, cell phone, cell number, home phone, work phone, tel, fax, fax number, fax no,
contact number, contact no, contact num,
emergency phone, pager, telephone no, mobile no, cell no, cell phone number, daytime phone, evening phone, phone
home, phone work, phone cell, téléphone, telefon, teléfono, telefono, handy, telefonnummer, handynummer, mobilnummer,
mobiltelefon, rufnummer, telefoonnummer, mobiel nummer, numéro de téléphone, numero de telephone, numéro de portable,
numero di telefono, cellulare, número de teléfono, numero de telefono, móvil, telefone, telemóvel, celular, puhelin,
puhelinnumero, numer telefonu, telefonní číslo, телефон, telefon numarasi, faxnummer, msisdn, to number, from number
"""
STREETS = """
street, street address, street name, address line, address, home address, mailing address, billing address, shipping
address, postal address, residential address, patient address, work address, addr line, city, county, town,
latitude, longitude, geo lat, geo lon, geo lng, street address line, patient city, patient zip, precinct, zip, zip
code, postal code, post code, postcode, plz, geocode, geo, geo point, geolocation, geo location, gps, gps
coordinates, lat lng,
lat lon, latlng, home city, birth place, place of birth, straße, strasse, adresse, anschrift, wohnort,
address street, rue, calle, postleitzahl, code postal, codigo postal, código postal, codice postale, postnummer,
postinumero, kod pocztowy, psč, indirizzo, dirección, direccion, domicilio, endereço, endereco, morada, adres, adress,
adresse postale, hausanschrift, wohnanschrift, postanschrift, straat, ulice, ulica, osoite, katuosoite,
ville, ciudad, città, woonplaats, postort, адрес, улица, geburtsort, lieu de naissance, luogo di nascita
"""
ACCOUNTS = """
account number, account num, account no, acct number, acct num, acct no, acct, bank account, bank account number,
iban, routing number, routing no, sort code, patient account, billing account number, card number, card no, card
num, kreditkartennummer, kartennummer, numéro de carte, numero de carte, numero di carta, número de tarjeta,
numero de tarjeta, número do cartão, numéro de compte, numero di conto, número de cuenta, rekeningnummer, kontonummer,
numer konta, credit card, credit card number, cc number, pan, konto nummer
"""
LICENCES = """
dl, driver license, drivers license, driver licence, drivers licence, driving licence, driving license, driver
license number, drivers license number, driver license no, license number, license no, licence number, licence no,
license num, dl number, dea number, dea, dea no, certificate number, certificate no, passport, passport number,
passport no, medical license, medical license number, state license, professional license, dl no, license id,
permit number, permit no, nursing license, rn license, national id, national id
number, tax id, tax id number, vat id, vat number, taxpayer id, tin, itin, ein, visa number, visa no, ni number, nino,
national insurance number,
social insurance number, sin number, sozialversicherungsnummer, sv nummer, rentenversicherungsnummer, steuernummer,
steuer id, steueridentifikationsnummer, idnr, personalausweisnummer, ausweisnummer, reisepass, reisepass nr,
reisepassnummer, führerscheinnummer, fuehrerscheinnummer, führerschein nr, codice fiscale, partita iva, cpf, cnpj, dni,
nie, nif, nuss, nir, bsn, burgerservicenummer, pesel, personnummer, personnr, cpr nummer, cpr nr, cpr, henkilötunnus,
henkilotunnus, hetu, rodné číslo, rodne cislo, fødselsnummer, fodselsnummer, numéro de sécurité sociale,
numero de securite sociale, numéro de passeport, número de pasaporte, numero de pasaporte, paspoortnummer,
rijbewijsnummer,
permis de conduire, patente di guida, curp, aadhaar, aadhaar number, pan number, oib, jmbg, egn, tckn,
tc kimlik no, emirates id, инн, снилс, паспорт
"""
VEHICLES = """
vin, vehicle vin, kennzeichen, registration plate, number plate, vehicle no, vehicle number, vehicle id,
vehicle identifier, vehicle identification number, vehicle serial, license plate, licence plate,
license plate number, plate number, plate no, plate, vehicle plate, vehicle registration
"""
DEVICES = """
device id, device identifier, iccid, eid, sim serial, udi carrier, carrier hrf, device serial,
device serial number, device serial no,
serial number, serial no, udi, imei, imsi, meid, mac address, implant serial, implant serial number, implant id,
pacemaker id, pacemaker serial, hardware id, android id, idfa, advertising id, sensor serial, pump serial, monitor
serial, s n, sn, idfv, gaid, udid, device uuid, device no, device number, implant no, serial num, device sn,
meter serial
"""
IPS = """
client ip, client ip address, client address, client addr, remote ip, remote addr, remote address, remote host, user
ip, user ip address, source ip, source ip address, src ip, caller ip, visitor ip, patient ip, login ip, last login
ip, sign in ip, ip address, ip addr, x forwarded for, x real ip, forwarded for, real ip, origin ip, cf connecting
ip, true client ip, customer ip, member ip, viewer ip
"""
_BODY = (
    "fingerprint, finger print, iris, retina, retinal, face, facial, palm, voice print, voiceprint, vein, gait, "
    "biometric, dna, genome"
)
_TAKEN = (
    "template, templates, scan, scan id, template id, id, image, image id, data, embedding, encoding, vector, "
    "sample, sample id, hash, print hash, ref, print, code"
)
BIOMETRICS = (
    "biometric, biometric hash, biometric signature, voiceprint, voice print, faceprint, face print, palm print"
)
PHOTOS = """
photo, photo url, photo uri, photo id, profile photo, profile photo url, profile picture, profile picture url,
picture url, avatar, avatar url, headshot, headshot url, face image, face photo, face photo url, patient photo,
patient photo url, full face photo
"""
URLS = (
    "personal url, profile url, website url, personal website, homepage, home page url, linkedin, web url, patient url"
)


def phrases(text: str) -> list[str]:
    """Return the labels of a list."""
    return [" ".join(each.split()) for each in text.split(",") if each.strip()]


def patients() -> list[str]:
    """Return the labels of record numbers: an owner, and a word for a number."""
    made = [f"{holder} {number}" for holder in phrases(_HOLDERS) for number in phrases(_NUMBERS)]
    return [*phrases(PATIENTS), *made]


def numbers_of_patients() -> str:
    """Return one pattern of all these labels. It is tried at each place of a text."""
    whose, number = alternatives(phrases(_HOLDERS)), alternatives(phrases(_NUMBERS))
    return rf"(?:{whose})[_ .-]?(?:{number})|{alternatives(phrases(PATIENTS))}"


def names() -> list[str]:
    """Return the labels of names and parts of names: an owner, and a part."""
    return [*phrases(NAMES), *(f"{whose} {part}" for whose in phrases(_OF_WHOM) for part in phrases(_PARTS))]


def dates() -> list[str]:
    """Return the labels of dates in a person's care: an event, and a word for a date."""
    of = [
        each for event in phrases(_EVENTS) for each in (f"date of {event}", *(f"{event} {w}" for w in phrases(_WHEN)))
    ]
    return [*phrases(DATES), *of]


def biometrics() -> list[str]:
    """Return the labels of biometric data: a part of the body, and a form of data."""
    return [*phrases(BIOMETRICS), *(f"{part} {taken}" for part in phrases(_BODY) for taken in phrases(_TAKEN))]


def joined(phrase: str) -> str:
    """Return a label as one word."""
    return phrase.replace(" ", "").lower()


def alternatives(labels: list[str]) -> str:
    """Return a pattern of labels, however their words are joined; longer ones first.

    Labels with the same first letter are grouped, so that most of them need not be tried.
    """
    longest = sorted(set(labels), key=lambda label: (-len(label), label))
    spelled = [(label[0], "[_ .-]?".join(map(re.escape, label[1:].split(" ")))) for label in longest]
    letters = dict.fromkeys(letter for letter, _ in spelled)
    return "|".join(
        f"{re.escape(first)}(?:{'|'.join(rest for letter, rest in spelled if letter == first)})" for first in letters
    )
