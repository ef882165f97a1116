(ns example.page
  (:require [clojure.string :as string]))

(defn- escape-html [text]
  (string/escape text {\& "&amp;" \< "&lt;"}))

(defn- row [[fact found]]
  (str "<tr><th>" (escape-html fact) "</th><td>" (escape-html found) "</td></tr>"))

(defn page
  "An HTML page with one table: what the app found around itself."
  [facts]
  (str "<!doctype html>
<html lang=\"en\">
  <head>
    <meta charset=\"utf-8\">
    <title>It runs</title>
    <style>
      body { font: 1.1rem/1.5 system-ui, sans-serif; margin: 3rem auto; max-width: 36rem; }
      th { text-align: left; padding-right: 2rem; }
    </style>
  </head>
  <body>
    <h1>It runs</h1>
    <table>
      " (string/join "\n      " (map row facts)) "
    </table>
  </body>
</html>
"))
