// What the generated people are called and where they live. Nobody here is a real person: names are
// drawn independently of each other, telephone numbers begin with a digit that no Estonian number has,
// and mail addresses lie under a top-level domain that is reserved for examples.

const words = (text) => text.trim().split(/\s+/);

export const estonian = {
  boys: words(`Robin Rasmus Oliver Hugo Sebastian Mattias Markus Oskar Karl Lukas Henri Jakob Martin Kaspar
    Kristofer Romet Artur Aron Johannes Theodor Ruuben Kenneth Mihkel Richard Gregor Joosep Albert Uku
    Tormi Ralf Erik Oskar Siim Kaur Andri Mairo`),
  girls: words(`Mia Sofia Emma Eliise Marta Nora Laura Lenna Hanna Elisabeth Loore Liisa Maria Saara Isabel
    Eva Johanna Aurora Adele Emilia Lisandra Mirtel Elsa Anna Helena Miia Lumi Roosi Gerda Mirell Brita
    Sandra Meribel Heili Annabel Ronja`),
  men: words(`Martin Andres Margus Kristjan Rain Marko Tanel Siim Taavi Priit Meelis Indrek Mart Kaido Jaanus
    Raigo Silver Erki Ivo Janar Alar Veiko Ott Sander Mihkel Rauno Kaspar Joonas Henri Karl Lauri Madis
    Tarmo Allan Urmas Risto`),
  women: words(`Kristiina Liina Katrin Kadri Triin Maarja Kersti Merle Piret Anneli Kairi Kätlin Helen Kaisa
    Liis Marika Riina Eveli Jaanika Laura Mari Maris Eliis Gerli Kerli Signe Birgit Getter Kristel Egle
    Merilin Pille Heleri Ave Karin Teele`),
  families: words(`Tamm Saar Sepp Mägi Kask Kukk Rebane Ilves Pärn Koppel Lepik Oja Luik Raudsepp Vaher Kaasik
    Lepp Laur Kallas Põder Kuusk Kivi Karu Teder Allik Peterson Kuus Roos Mets Järv Lill Hein Toom Laas
    Pihlak Nõmm Jõgi Mänd Ots Ploom Valk Soosaar Rand Unt Metsmaa Pajula Aas Kalda Saks Jürgenson Maasikas
    Vares Jaanson Kruus Haav Sarapuu Paju Rätsep Õunapuu Suits Kangur Orav Rohtla Nurk Tomson`),
};

export const russian = {
  boys: words(`Maksim Artjom Mihhail Daniil Aleksandr Timofei Kirill Mark Lev Roman Nikita Ivan Dmitri Jegor
    Matvei Gleb`),
  girls: words(`Sofia Arina Jeva Milana Viktoria Anastassia Maria Alissa Varvara Polina Ksenia Vassilissa Kira
    Darja Alina Veronika`),
  men: words(`Aleksandr Sergei Andrei Dmitri Aleksei Igor Vladimir Jevgeni Maksim Pavel Roman Anton Deniss Artur
    Konstantin Oleg`),
  women: words(`Jelena Olga Natalja Anna Jekaterina Julia Irina Tatjana Svetlana Marina Kristina Viktoria Oksana
    Aleksandra Jana Ksenia`),
  families: words(`Ivanov Smirnov Kuznetsov Petrov Vassiljev Popov Sokolov Mihhailov Fjodorov Morozov Volkov
    Aleksejev Lebedev Semjonov Jegorov Pavlov Kozlov Stepanov Nikolajev Orlov Andrejev Makarov Zahharov
    Solovjov Borissov Grigorjev Romanov Frolov Belov Tarassov`),
};

export const places = {
  "0653": {
    tail: "Rae vald, Harju maakond",
    villages: ["Jüri alevik", "Peetri alevik", "Järveküla", "Assaku alevik", "Lagedi alevik", "Vaida alevik",
      "Rae küla", "Uuesalu küla", "Kurna küla", "Karla küla", "Aaviku küla", "Patika küla", "Lehmja küla"],
    streets: words(`Kasemäe Sirelpuu Toominga Kuldala Rukkilille Vaarika Pihlaka Lehe Aasa Kastani Metsatuka
      Linnumäe Sõstra Veere Käokella Vahtra Nurmenuku Piibelehe`),
  },
  "0317": {
    tail: "Kohila vald, Rapla maakond",
    villages: ["Kohila alev", "Kohila alev", "Kohila alev", "Aespa alevik", "Hageri alevik", "Prillimäe alevik",
      "Sutlema küla", "Salutaguse küla", "Urge küla", "Lohu küla"],
    streets: words("Kalda Kuuse Sireli Männi Tamme Nurme Viljandi Aiandi Kapa Posti Jõe Vabaduse"),
  },
  "0353": {
    tail: "Kuusalu vald, Harju maakond",
    villages: ["Kuusalu alevik", "Kiiu alevik", "Kolga alevik", "Loksa küla"],
    streets: words("Mere Ranna Kooli Pargi Kadaka"),
  },
};
