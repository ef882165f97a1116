lazy val root = project
  .in(file("."))
  .enablePlugins(JavaAppPackaging)
  .settings(
    name := "example-scala",
    version := "1.0.0",
    scalaVersion := "3.8.4",
    libraryDependencies ++= Seq(
      "com.lihaoyi" %% "cask" % "0.11.3",
      "com.lihaoyi" %% "scalatags" % "0.13.1",
    ),
  )
