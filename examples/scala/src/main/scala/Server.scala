object Server extends cask.MainRoutes:
  override def host = "0.0.0.0"
  override def port = sys.env.getOrElse("PORT", "3000").toInt

  @cask.get("/")
  def home() = page(
    Seq(
      "Java" -> sys.props("java.version"),
      "Scala" -> scala.util.Properties.versionNumberString,
      "Dyno" -> sys.env.getOrElse("DYNO", "none"),
      "Greeting" -> sys.env.getOrElse("GREETING", "none; try: heroku config:set GREETING=hello"),
    )
  )

  initialize()
