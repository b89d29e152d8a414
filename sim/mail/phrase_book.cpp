#include "sim/mail/phrase_book.hpp"

#include <array>

namespace postroom::sim {
namespace {

using std::string_view;

constexpr std::array<string_view, 10> german_first{"Jürgen", "Anna",   "Björn", "Käthe",     "Matthias",
                                                   "Sabine", "Günter", "Lena",  "Friedrich", "Zoë"};
constexpr std::array<string_view, 9> german_last{"Müller", "Schäfer", "Weiß",  "Huber",         "Groß",
                                                 "Krüger", "Böhm",    "Lange", "von der Heyden"};
constexpr std::array<string_view, 10> german_subjects{"Frage zu meiner Bestellung #",
                                                      "Rücksendung der Lieferung #",
                                                      "Rechnung # – bitte prüfen",
                                                      "Kündigung zum Monatsende",
                                                      "Passwort lässt sich nicht zurücksetzen",
                                                      "Gerät defekt, Seriennummer #",
                                                      "Änderung meiner Anschrift",
                                                      "Wo bleibt mein Paket?",
                                                      "Terminwunsch für die Wartung",
                                                      "Großes Lob an Ihre Hotline"};
constexpr std::array<string_view, 3> german_greetings{"Sehr geehrte Damen und Herren,", "Guten Tag,",
                                                      "Hallo zusammen,"};
constexpr std::array<string_view, 16> german_sentences{
    "ich habe am Montag die Bestellung # aufgegeben und seitdem nichts mehr gehört.",
    "Laut Sendungsverfolgung liegt das Paket seit drei Tagen im Verteilzentrum.",
    "Bitte teilen Sie mir mit, wann ich mit der Lieferung rechnen kann.",
    "Die Rechnung # enthält eine Position, die ich nicht bestellt habe.",
    "Können Sie mir den Betrag von #,50 € bitte gutschreiben?",
    "Ihr Kollege am Telefon war sehr freundlich, konnte mir aber leider nicht weiterhelfen.",
    "Das Gerät lässt sich einschalten, schaltet sich jedoch nach etwa zehn Minuten wieder ab.",
    "Den Kaufbeleg füge ich dieser Nachricht bei.",
    "Meine Kundennummer lautet #.",
    "Unter der angegebenen Rufnummer erreiche ich seit gestern niemanden.",
    "Für eine kurze Rückmeldung wäre ich Ihnen dankbar.",
    "Die neue Anschrift gilt ab dem Ersten des nächsten Monats.",
    "Ich nutze Ihren Dienst seit vielen Jahren und war bisher immer zufrieden.",
    "Falls noch Unterlagen fehlen, reiche ich sie gerne nach.",
    "Im Anhang finden Sie ein Foto der beschädigten Verpackung.",
    "Gerne können Sie mich auch zwischen 9 und 12 Uhr anrufen."};
constexpr std::array<string_view, 3> german_closings{"Mit freundlichen Grüßen", "Viele Grüße", "Freundliche Grüße"};
constexpr std::array<string_view, 4> german_files{"Rechnung", "Lieferschein", "Übersicht", "Foto Schaden"};

constexpr std::array<string_view, 10> english_first{"Olivia", "James",     "Siobhán", "William", "Chloé",
                                                    "George", "Charlotte", "Arthur",  "Grace",   "Renée"};
constexpr std::array<string_view, 9> english_last{"Smith", "O'Connor", "Taylor", "Patel", "Wright",
                                                  "Evans", "Brontë",   "Clarke", "Hughes"};
constexpr std::array<string_view, 10> english_subjects{"Question about order #",
                                                       "Refund for invoice # still missing",
                                                       "Cannot sign in since this morning",
                                                       "Delivery # arrived damaged",
                                                       "Please update my address",
                                                       "Cancel my subscription",
                                                       "Warranty claim, serial number #",
                                                       "Quote for 25 licences",
                                                       "Engineer did not show up",
                                                       "Thank you for the quick help"};
constexpr std::array<string_view, 3> english_greetings{"Dear Sir or Madam,", "Hello,", "Hi there,"};
constexpr std::array<string_view, 16> english_sentences{
    "I placed order # a week ago and have not heard anything since.",
    "The tracking page has shown the same status for three days now.",
    "Could you please let me know when I can expect delivery?",
    "Invoice # lists an item that I did not order.",
    "Please refund £#.50 to the card I paid with.",
    "Your colleague on the phone was very kind but could not help me any further.",
    "The device starts normally but switches itself off after about ten minutes.",
    "I have attached a copy of the receipt.",
    "My customer number is #.",
    "Nobody has answered the number given on your website since yesterday.",
    "A short reply would be much appreciated.",
    "The new address applies from the first of next month.",
    "I have been a customer for many years and have always been happy until now.",
    "Should you need any further documents, I am happy to send them.",
    "Attached you will find a photo of the damaged box.",
    "You can also reach me by phone between 9 and 12."};
constexpr std::array<string_view, 3> english_closings{"Kind regards", "Best wishes", "Yours faithfully"};
constexpr std::array<string_view, 4> english_files{"invoice", "receipt", "summary", "photo of damage"};

constexpr std::array<string_view, 10> italian_first{"Niccolò", "Giulia", "Lorenzo", "Chiara", "Matteo",
                                                    "Noè",     "Elena",  "Davide",  "Sofia",  "Nicolò"};
constexpr std::array<string_view, 9> italian_last{"Rossi", "D'Angelo", "Bianchi", "Cantù",  "Ferrari",
                                                  "Nardò", "Esposito", "Moretti", "De Luca"};
constexpr std::array<string_view, 10> italian_subjects{"Domanda sull'ordine #",       "Fattura # – chiedo una verifica",
                                                       "Non riesco più ad accedere",  "Reso della spedizione #",
                                                       "Cambio di indirizzo",         "Disdetta dell'abbonamento",
                                                       "Garanzia, numero di serie #", "Il pacco non è ancora arrivato",
                                                       "Richiesta di preventivo",     "Grazie per la disponibilità"};
constexpr std::array<string_view, 3> italian_greetings{"Gentili Signori,", "Buongiorno,", "Spett.le assistenza,"};
constexpr std::array<string_view, 16> italian_sentences{
    "ho effettuato l'ordine # la settimana scorsa e non ho più ricevuto notizie.",
    "Il sito del corriere mostra lo stesso stato da tre giorni.",
    "Vi chiedo cortesemente di farmi sapere quando è prevista la consegna.",
    "La fattura # riporta un articolo che non ho ordinato.",
    "Potreste rimborsarmi l'importo di #,50 euro?",
    "La collega al telefono è stata gentilissima, ma purtroppo non è riuscita ad aiutarmi.",
    "L'apparecchio si accende, però dopo circa dieci minuti si spegne da solo.",
    "Allego copia della ricevuta.",
    "Il mio codice cliente è #.",
    "Da ieri nessuno risponde al numero indicato sul sito.",
    "Resto in attesa di un cortese riscontro.",
    "Il nuovo indirizzo sarà valido dal primo del mese prossimo.",
    "Sono vostro cliente da molti anni e finora mi sono sempre trovato bene.",
    "Se servono altri documenti, li invierò volentieri.",
    "In allegato trovate una foto dell'imballo danneggiato.",
    "Potete anche chiamarmi tra le 9 e le 12: così è più semplice."};
constexpr std::array<string_view, 3> italian_closings{"Cordiali saluti", "Distinti saluti", "Un saluto"};
constexpr std::array<string_view, 4> italian_files{"fattura", "ricevuta", "riepilogo attività", "foto del danno"};

constexpr std::array<phrase_book, 3> books{{
    {"de", "post.example.de", german_first, german_last, german_subjects, german_greetings, german_sentences,
     german_closings, german_files, "AW: ", "Am # schrieb der Kundendienst:"},
    {"en", "mail.example.co.uk", english_first, english_last, english_subjects, english_greetings, english_sentences,
     english_closings, english_files, "RE: ", "Customer service wrote (case #):"},
    {"it", "posta.example.it", italian_first, italian_last, italian_subjects, italian_greetings, italian_sentences,
     italian_closings, italian_files, "R: ", "Il servizio clienti ha scritto (pratica #):"},
}};

} // namespace

std::span<const phrase_book> phrase_books() {
  return books;
}

} // namespace postroom::sim
